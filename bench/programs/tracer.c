/*
 * A ray tracer (Whitted, "An Improved Illumination Model for Shaded Display", 1980) for a machine without
 * floating point: the first part of the file computes with IEEE 754 single precision in integers, rounded to
 * nearest, subnormal numbers, infinities and NaN included. On the host and in WebAssembly it does so, too.
 *
 * A scene is a text: a camera, lights, materials, spheres, planes and triangles. What has a size is put into a
 * tree of boxes. A round draws one tile of a picture; a picture has 24 tiles, and each is of the next scene.
 *
 * Rounds: 14 52 190 950
 */
#include "lib.h"

/* ---- Floating point: the 32 bits of a number ---- */

typedef u32 Real;

#define ZERO 0x00000000u
#define HALF 0x3f000000u
#define ONE 0x3f800000u
#define TWO 0x40000000u
#define TINY 0x3a83126fu /* 0.001 */
#define INFINITE 0x7f800000u
#define NOT_A_NUMBER 0x7fc00000u
#define SIGN 0x80000000u
enum { FRACTION_BITS = 23, BIAS = 127, MOST_EXPONENT = 255 };

typedef struct {
  u32 sign;        /* the sign's bit */
  i32 exponent;    /* biased; below 1 for subnormal numbers */
  u32 significand; /* the highest bit is bit 23; 0 for zero */
} Parts;

static u32 leading_zeros(u32 word) {
  u32 zeros = 0;
  if (word < 1u << 16) zeros += 16, word <<= 16;
  if (word < 1u << 24) zeros += 8, word <<= 8;
  if (word < 1u << 28) zeros += 4, word <<= 4;
  if (word < 1u << 30) zeros += 2, word <<= 2;
  return zeros + (word < 1u << 31);
}

/* Shifts right; the lowest bit stays set when a bit was lost, so that rounding knows of it. */
static u32 shift_right(u32 word, u32 count) {
  if (count == 0) return word;
  if (count > 31) return word != 0;
  return word >> count | (word << (32 - count) != 0);
}

static bool is_special(Real a) { return (a & INFINITE) == INFINITE; }
static bool is_nan(Real a) { return (a & ~SIGN) > INFINITE; }
static bool is_zero(Real a) { return (a & ~SIGN) == 0; }

static Parts parts_of(Real a) {
  Parts parts = {a & SIGN, (i32)(a >> FRACTION_BITS & MOST_EXPONENT), a & ((1u << FRACTION_BITS) - 1)};
  if (parts.exponent > 0) {
    parts.significand |= 1u << FRACTION_BITS;
  } else if (parts.significand > 0) {
    u32 shift = leading_zeros(parts.significand) - 8;
    parts.significand <<= shift;
    parts.exponent = 1 - (i32)shift;
  }
  return parts;
}

/* The nearest number; bit 29 of the significand, which is not 0, counts as `exponent` says. */
static Real rounded(u32 sign, i32 exponent, u32 significand) {
  i32 shift = (i32)leading_zeros(significand) - 1;
  significand = shift < 0 ? shift_right(significand, 1) : significand << shift;
  exponent += 1 - shift;
  if (exponent >= MOST_EXPONENT) return sign | INFINITE;
  if (exponent <= 0) {
    significand = shift_right(significand, (u32)(1 - exponent));
    exponent = 1;
    if (significand >> 30 == 0) exponent = 0;
  }
  u32 rest = significand & 127;
  significand = (significand + 64) >> 7;
  if (rest == 64) significand &= ~1u; /* in the middle between two: to the even one */
  /* The highest bit of the significand adds 1 to the exponent, and a carry one more. */
  return sign | ((exponent > 0 ? (u32)(exponent - 1) << FRACTION_BITS : 0) + significand);
}

static Real negate(Real a) { return a ^ SIGN; }
static Real absolute(Real a) { return a & ~SIGN; }

static Real add(Real a, Real b) {
  if (is_special(a) || is_special(b)) {
    if (is_nan(a) || is_nan(b) || (is_special(a) && is_special(b) && a != b)) return NOT_A_NUMBER;
    return is_special(a) ? a : b;
  }
  if (absolute(a) < absolute(b)) {
    Real c = a;
    a = b;
    b = c;
  }
  if (is_zero(b)) return is_zero(a) ? a & b : a;
  Parts x = parts_of(a), y = parts_of(b);
  u32 large = x.significand << 6, small = shift_right(y.significand << 6, (u32)(x.exponent - y.exponent));
  u32 sum = x.sign == y.sign ? large + small : large - small;
  return sum == 0 ? ZERO : rounded(x.sign, x.exponent, sum);
}

static Real subtract(Real a, Real b) { return add(a, negate(b)); }

static Real multiply(Real a, Real b) {
  u32 sign = (a ^ b) & SIGN;
  if (is_special(a) || is_special(b)) {
    if (is_nan(a) || is_nan(b) || is_zero(a) || is_zero(b)) return NOT_A_NUMBER;
    return sign | INFINITE;
  }
  if (is_zero(a) || is_zero(b)) return sign;
  Parts x = parts_of(a), y = parts_of(b);
  u64 product = (u64)x.significand * y.significand;
  return rounded(sign, x.exponent + y.exponent - BIAS, (u32)(product >> 17) | ((product & 0x1ffff) != 0));
}

static Real divide(Real a, Real b) {
  u32 sign = (a ^ b) & SIGN;
  if (is_nan(a) || is_nan(b) || (is_special(a) && is_special(b)) || (is_zero(a) && is_zero(b))) return NOT_A_NUMBER;
  if (is_special(a) || is_zero(b)) return sign | INFINITE;
  if (is_special(b) || is_zero(a)) return sign;
  Parts x = parts_of(a), y = parts_of(b);
  u32 rest = x.significand, quotient = 0;
  for (u32 bit = 0; bit < 30; bit++, rest <<= 1) {
    quotient <<= 1;
    if (rest < y.significand) continue;
    rest -= y.significand;
    quotient |= 1;
  }
  return rounded(sign, x.exponent - y.exponent + BIAS, quotient | (rest != 0));
}

static Real square_root(Real a) {
  if (is_zero(a) || a == INFINITE || is_nan(a)) return a;
  if (a & SIGN) return NOT_A_NUMBER;
  Parts x = parts_of(a);
  i32 exponent = x.exponent - BIAS;
  u32 digits = x.significand << (exponent & 1 ? 8 : 7), rest = 0, root = 0;
  for (u32 bit = 0; bit < 30; bit++, digits <<= 2) {
    rest = rest << 2 | digits >> 30;
    root <<= 1;
    if (rest < 2 * root + 1) continue;
    rest -= 2 * root + 1;
    root |= 1;
  }
  return rounded(0, (exponent >> 1) + BIAS, root | (rest != 0));
}

static bool is_less(Real a, Real b) {
  if (is_nan(a) || is_nan(b) || (is_zero(a) && is_zero(b))) return false;
  if ((a ^ b) & SIGN) return a & SIGN;
  return a & SIGN ? a > b : a < b;
}

static Real from_integer(i32 value) {
  u32 magnitude = value < 0 ? 0u - (u32)value : (u32)value;
  return value == 0 ? ZERO : rounded(value < 0 ? SIGN : 0, BIAS + 29, magnitude);
}

/* Cut off, not rounded; numbers that are too large become the largest. */
static i32 to_integer(Real a) {
  Parts x = parts_of(a);
  i32 places = x.exponent - BIAS - FRACTION_BITS;
  if (places > 7) return x.sign ? INT32_MIN : INT32_MAX;
  u32 magnitude = places >= 0 ? x.significand << places : places < -31 ? 0 : x.significand >> -places;
  return x.sign ? (i32)(0u - magnitude) : (i32)magnitude;
}

static i32 floor_of(Real a) {
  i32 whole = to_integer(a);
  return is_less(a, from_integer(whole)) ? whole - 1 : whole;
}

static Real smaller(Real a, Real b) { return is_less(a, b) ? a : b; }
static Real larger(Real a, Real b) { return is_less(a, b) ? b : a; }

static Real power(Real base, u32 exponent) {
  Real result = ONE;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = multiply(result, base);
    base = multiply(base, base);
  }
  return result;
}

/* ---- Vectors: places, directions, and colours of red, green and blue ---- */

typedef struct {
  Real at[3];
} Vector;

static Vector vector(Real x, Real y, Real z) { return (Vector){{x, y, z}}; }

static Vector sum(Vector a, Vector b) {
  for (u32 i = 0; i < 3; i++) a.at[i] = add(a.at[i], b.at[i]);
  return a;
}

static Vector difference(Vector a, Vector b) {
  for (u32 i = 0; i < 3; i++) a.at[i] = subtract(a.at[i], b.at[i]);
  return a;
}

static Vector scaled(Vector a, Real factor) {
  for (u32 i = 0; i < 3; i++) a.at[i] = multiply(a.at[i], factor);
  return a;
}

static Vector filtered(Vector a, Vector b) {
  for (u32 i = 0; i < 3; i++) a.at[i] = multiply(a.at[i], b.at[i]);
  return a;
}

static Real dot(Vector a, Vector b) {
  Real result = multiply(a.at[0], b.at[0]);
  for (u32 i = 1; i < 3; i++) result = add(result, multiply(a.at[i], b.at[i]));
  return result;
}

static Vector cross(Vector a, Vector b) {
  Vector result;
  for (u32 i = 0; i < 3; i++) {
    u32 j = (i + 1) % 3, k = (i + 2) % 3;
    result.at[i] = subtract(multiply(a.at[j], b.at[k]), multiply(a.at[k], b.at[j]));
  }
  return result;
}

static Vector unit(Vector a) { return scaled(a, divide(ONE, square_root(dot(a, a)))); }

/* The direction in which a mirror with this normal sends a ray. */
static Vector mirrored(Vector direction, Vector normal) {
  return difference(direction, scaled(normal, multiply(TWO, dot(direction, normal))));
}

typedef struct {
  Vector origin, direction;
} Ray;

static Vector point_at(const Ray *ray, Real distance) { return sum(ray->origin, scaled(ray->direction, distance)); }

/* ---- Materials ---- */

typedef struct Material Material;
typedef Vector (*Pattern)(const Material *material, Vector point);

struct Material {
  char name[16];
  Vector color, other;
  Pattern pattern;
  Real diffuse, shine, reflection, transparency;
  u32 polish; /* the exponent of the highlight */
};

static Vector plain(const Material *material, Vector point) {
  (void)point;
  return material->color;
}

static Vector checkered(const Material *material, Vector point) {
  u32 squares = 0;
  for (u32 i = 0; i < 3; i++) squares += (u32)floor_of(add(point.at[i], HALF));
  return squares & 1 ? material->other : material->color;
}

static Vector striped(const Material *material, Vector point) {
  return floor_of(multiply(add(point.at[0], point.at[1]), from_integer(3))) & 1 ? material->other : material->color;
}

/* ---- Shapes ---- */

typedef struct {
  Vector low, high;
} Box;

typedef struct Shape Shape;

/* What a kind of shape can do. */
typedef struct {
  const char *name;
  u32 numbers; /* that describe it */
  void (*prepare)(Shape *shape, const Real *numbers);
  /* How far along the ray the shape is met, at least TINY; INFINITE if it is not. */
  Real (*meet)(const Shape *shape, const Ray *ray);
  Vector (*normal)(const Shape *shape, Vector point);
  Box (*bounds)(const Shape *shape); /* NULL: it has no end */
} ShapeKind;

struct Shape {
  const ShapeKind *kind;
  const Material *material;
  Vector a, b, c; /* sphere: centre; plane: normal; triangle: a corner, and the two edges from there */
  Real size;      /* sphere: radius; plane: distance from the origin */
  Vector facing;  /* triangle: the normal */
};

static void prepare_sphere(Shape *shape, const Real *numbers) {
  shape->a = vector(numbers[0], numbers[1], numbers[2]);
  shape->size = numbers[3];
}

static Real meet_sphere(const Shape *shape, const Ray *ray) {
  Vector offset = difference(ray->origin, shape->a);
  Real b = dot(offset, ray->direction);
  Real c = subtract(dot(offset, offset), multiply(shape->size, shape->size));
  Real discriminant = subtract(multiply(b, b), c);
  if (is_less(discriminant, ZERO)) return INFINITE;
  Real root = square_root(discriminant), near = subtract(negate(b), root);
  if (is_less(TINY, near)) return near;
  Real far = subtract(root, b);
  return is_less(TINY, far) ? far : INFINITE;
}

static Vector sphere_normal(const Shape *shape, Vector point) {
  return scaled(difference(point, shape->a), divide(ONE, shape->size));
}

static Box sphere_bounds(const Shape *shape) {
  Vector radius = vector(shape->size, shape->size, shape->size);
  return (Box){difference(shape->a, radius), sum(shape->a, radius)};
}

static void prepare_plane(Shape *shape, const Real *numbers) {
  shape->a = unit(vector(numbers[0], numbers[1], numbers[2]));
  shape->size = numbers[3];
}

static Real meet_plane(const Shape *shape, const Ray *ray) {
  Real slope = dot(shape->a, ray->direction);
  if (is_less(absolute(slope), TINY)) return INFINITE;
  Real distance = divide(subtract(shape->size, dot(shape->a, ray->origin)), slope);
  return is_less(TINY, distance) ? distance : INFINITE;
}

static Vector plane_normal(const Shape *shape, Vector point) {
  (void)point;
  return shape->a;
}

static void prepare_triangle(Shape *shape, const Real *numbers) {
  shape->a = vector(numbers[0], numbers[1], numbers[2]);
  shape->b = difference(vector(numbers[3], numbers[4], numbers[5]), shape->a);
  shape->c = difference(vector(numbers[6], numbers[7], numbers[8]), shape->a);
  shape->facing = unit(cross(shape->b, shape->c));
}

/* Möller and Trumbore, "Fast, Minimum Storage Ray/Triangle Intersection", 1997. */
static Real meet_triangle(const Shape *shape, const Ray *ray) {
  Vector across = cross(ray->direction, shape->c);
  Real determinant = dot(shape->b, across);
  if (is_less(absolute(determinant), TINY)) return INFINITE;
  Real inverse = divide(ONE, determinant);
  Vector offset = difference(ray->origin, shape->a);
  Real u = multiply(dot(offset, across), inverse);
  if (is_less(u, ZERO) || is_less(ONE, u)) return INFINITE;
  Vector along = cross(offset, shape->b);
  Real v = multiply(dot(ray->direction, along), inverse);
  if (is_less(v, ZERO) || is_less(ONE, add(u, v))) return INFINITE;
  Real distance = multiply(dot(shape->c, along), inverse);
  return is_less(TINY, distance) ? distance : INFINITE;
}

static Vector triangle_normal(const Shape *shape, Vector point) {
  (void)point;
  return shape->facing;
}

static Box joined(Box a, Box b) {
  for (u32 i = 0; i < 3; i++) {
    a.low.at[i] = smaller(a.low.at[i], b.low.at[i]);
    a.high.at[i] = larger(a.high.at[i], b.high.at[i]);
  }
  return a;
}

static Box triangle_bounds(const Shape *shape) {
  Vector second = sum(shape->a, shape->b), third = sum(shape->a, shape->c);
  return joined(joined((Box){shape->a, shape->a}, (Box){second, second}), (Box){third, third});
}

static const ShapeKind shape_kinds[] = {
  {"sphere", 4, prepare_sphere, meet_sphere, sphere_normal, sphere_bounds},
  {"plane", 4, prepare_plane, meet_plane, plane_normal, NULL},
  {"triangle", 9, prepare_triangle, meet_triangle, triangle_normal, triangle_bounds},
};

/* ---- The scene, and how it is read ---- */

enum { MOST_SHAPES = 64, MOST_MATERIALS = 8, MOST_LIGHTS = 4, MOST_NUMBERS = 9 };

typedef struct Node {
  Box box;
  struct Node *left, *right; /* NULL in a leaf */
  Shape **shapes;
  u32 count;
} Node;

static struct {
  Vector eye, right, up, forward, sky;
  struct { Vector place, color; } lights[MOST_LIGHTS];
  Material materials[MOST_MATERIALS];
  Shape shapes[MOST_SHAPES];
  Shape *bounded[MOST_SHAPES], *endless[MOST_SHAPES];
  u32 light_count, material_count, shape_count, bounded_count, endless_count;
  Node *tree;
} scene;

static const char *reading;

static void read_word(char *word, u32 size) {
  u32 length = 0;
  while (is_space(*reading)) reading++;
  while (*reading && !is_space(*reading)) {
    if (length < size - 1) word[length++] = *reading;
    reading++;
  }
  word[length] = 0;
}

static Real read_real(void) {
  char word[16];
  read_word(word, sizeof word);
  i32 digits = 0, scale = 1;
  bool after_point = false;
  for (const char *c = *word == '-' ? word + 1 : word; *c; c++) {
    if (*c == '.') {
      after_point = true;
    } else {
      if (!is_digit(*c)) fail("tracer: a number expected");
      digits = digits * 10 + (*c - '0');
      if (after_point) scale *= 10;
    }
  }
  return divide(from_integer(*word == '-' ? -digits : digits), from_integer(scale));
}

static void read_reals(Real *numbers, u32 count) {
  for (u32 i = 0; i < count; i++) numbers[i] = read_real();
}

static Vector read_vector(void) {
  Vector result;
  read_reals(result.at, 3);
  return result;
}

static void read_camera(void) {
  scene.eye = read_vector();
  scene.forward = unit(difference(read_vector(), scene.eye));
  scene.right = unit(cross(vector(ZERO, ONE, ZERO), scene.forward));
  scene.up = cross(scene.forward, scene.right);
}

static void read_sky(void) { scene.sky = read_vector(); }

static void read_light(void) {
  if (scene.light_count == MOST_LIGHTS) fail("tracer: too many lights");
  Vector place = read_vector();
  scene.lights[scene.light_count].place = place;
  scene.lights[scene.light_count++].color = read_vector();
}

static void read_material(void) {
  if (scene.material_count == MOST_MATERIALS) fail("tracer: too many materials");
  Material *material = &scene.materials[scene.material_count++];
  char pattern[16];
  read_word(material->name, sizeof material->name);
  read_word(pattern, sizeof pattern);
  material->pattern = strcmp(pattern, "checkered") == 0 ? checkered : strcmp(pattern, "striped") == 0 ? striped : plain;
  material->color = read_vector();
  material->other = scaled(material->color, HALF);
  material->diffuse = read_real();
  material->shine = read_real();
  material->polish = (u32)to_integer(read_real());
  material->reflection = read_real();
  material->transparency = read_real();
}

static void read_shape(const ShapeKind *kind) {
  if (scene.shape_count == MOST_SHAPES) fail("tracer: too many shapes");
  Shape *shape = &scene.shapes[scene.shape_count++];
  Real numbers[MOST_NUMBERS];
  char name[16];
  shape->kind = kind;
  read_word(name, sizeof name);
  for (u32 i = 0; i < scene.material_count; i++)
    if (strcmp(scene.materials[i].name, name) == 0) shape->material = &scene.materials[i];
  if (!shape->material) fail("tracer: no such material");
  read_reals(numbers, kind->numbers);
  kind->prepare(shape, numbers);
  if (kind->bounds) scene.bounded[scene.bounded_count++] = shape;
  else scene.endless[scene.endless_count++] = shape;
}

static const struct {
  const char *name;
  void (*read)(void);
} directives[] = {{"camera", read_camera}, {"sky", read_sky}, {"light", read_light}, {"material", read_material}};

static void read_directive(const char *word) {
  for (u32 i = 0; i < COUNT(directives); i++) {
    if (strcmp(directives[i].name, word) == 0) {
      directives[i].read();
      return;
    }
  }
  for (u32 i = 0; i < COUNT(shape_kinds); i++) {
    if (strcmp(shape_kinds[i].name, word) == 0) {
      read_shape(&shape_kinds[i]);
      return;
    }
  }
  fail("tracer: no such directive");
}

/* ---- The tree of boxes ---- */

static u32 sort_axis;

static int compare_shapes(const void *a, const void *b) {
  const Shape *x = *(Shape *const *)a, *y = *(Shape *const *)b;
  Real left = x->kind->bounds(x).low.at[sort_axis], right = y->kind->bounds(y).low.at[sort_axis];
  if (is_less(left, right)) return -1;
  if (is_less(right, left)) return 1;
  return x < y ? -1 : x > y;
}

static u32 longest_axis(const Box *box) {
  Vector sides = difference(box->high, box->low);
  u32 longest = 0;
  for (u32 i = 1; i < 3; i++)
    if (is_less(sides.at[longest], sides.at[i])) longest = i;
  return longest;
}

static Node *build_tree(Shape **shapes, u32 count) {
  Node *node = malloc(sizeof(Node));
  *node = (Node){shapes[0]->kind->bounds(shapes[0]), NULL, NULL, shapes, count};
  for (u32 i = 1; i < count; i++) node->box = joined(node->box, shapes[i]->kind->bounds(shapes[i]));
  if (count <= 2) return node;
  sort_axis = longest_axis(&node->box);
  qsort(shapes, count, sizeof *shapes, compare_shapes);
  node->left = build_tree(shapes, count / 2);
  node->right = build_tree(shapes + count / 2, count - count / 2);
  return node;
}

static void free_tree(Node *node) {
  if (!node) return;
  free_tree(node->left);
  free_tree(node->right);
  free(node);
}

static void read_scene(const char *text) {
  char word[16];
  free_tree(scene.tree);
  memset(&scene, 0, sizeof scene);
  reading = text;
  for (read_word(word, sizeof word); *word; read_word(word, sizeof word)) read_directive(word);
  scene.tree = build_tree(scene.bounded, scene.bounded_count);
}

/* ---- Tracing ---- */

typedef struct {
  Real distance;
  const Shape *shape; /* NULL: nothing was met */
} Hit;

static void try_shapes(Shape *const *shapes, u32 count, const Ray *ray, Hit *hit) {
  for (u32 i = 0; i < count; i++) {
    Real distance = shapes[i]->kind->meet(shapes[i], ray);
    if (is_less(distance, hit->distance)) *hit = (Hit){distance, shapes[i]};
  }
}

/* Whether the ray meets the box before `limit`: it must be inside the three pairs of planes at once. */
static bool meets_box(const Box *box, const Ray *ray, Vector inverse, Real limit) {
  Real enter = ZERO, leave = limit;
  for (u32 i = 0; i < 3; i++) {
    Real low = multiply(subtract(box->low.at[i], ray->origin.at[i]), inverse.at[i]);
    Real high = multiply(subtract(box->high.at[i], ray->origin.at[i]), inverse.at[i]);
    enter = larger(enter, smaller(low, high));
    leave = smaller(leave, larger(low, high));
  }
  return !is_less(leave, enter);
}

static void try_tree(const Node *node, const Ray *ray, Vector inverse, Hit *hit) {
  if (!meets_box(&node->box, ray, inverse, hit->distance)) return;
  if (!node->left) {
    try_shapes(node->shapes, node->count, ray, hit);
    return;
  }
  try_tree(node->left, ray, inverse, hit);
  try_tree(node->right, ray, inverse, hit);
}

static Hit find_hit(const Ray *ray, Real limit) {
  Hit hit = {limit, NULL};
  Vector inverse;
  for (u32 i = 0; i < 3; i++) inverse.at[i] = divide(ONE, is_zero(ray->direction.at[i]) ? TINY : ray->direction.at[i]);
  try_shapes(scene.endless, scene.endless_count, ray, &hit);
  try_tree(scene.tree, ray, inverse, &hit);
  return hit;
}

static Vector trace(const Ray *ray, u32 depth);

/* What the lights add: diffuse light by Lambert's law, and a highlight by Phong's. */
static Vector light_at(Vector point, Vector normal, Vector direction, const Material *material, Vector color) {
  Vector total = scaled(color, divide(ONE, from_integer(10)));
  for (u32 i = 0; i < scene.light_count; i++) {
    Vector to_light = difference(scene.lights[i].place, point);
    Real distance = square_root(dot(to_light, to_light));
    Ray shadow = {point, scaled(to_light, divide(ONE, distance))};
    Real facing = dot(normal, shadow.direction);
    if (!is_less(ZERO, facing) || find_hit(&shadow, distance).shape) continue;
    Real diffuse = multiply(facing, material->diffuse);
    total = sum(total, scaled(filtered(color, scene.lights[i].color), diffuse));
    Real highlight = dot(mirrored(direction, normal), shadow.direction);
    if (is_less(ZERO, highlight))
      total = sum(total, scaled(scene.lights[i].color, multiply(material->shine, power(highlight, material->polish))));
  }
  return total;
}

/* Snell's law; false when all light is reflected. `ratio` is that of the refractive indices. */
static bool refract(Vector direction, Vector normal, Real ratio, Vector *refracted) {
  Real cosine = negate(dot(direction, normal));
  Real rest = subtract(ONE, multiply(multiply(ratio, ratio), subtract(ONE, multiply(cosine, cosine))));
  if (is_less(rest, ZERO)) return false;
  Real along = subtract(multiply(ratio, cosine), square_root(rest));
  *refracted = unit(sum(scaled(direction, ratio), scaled(normal, along)));
  return true;
}

static Vector shade(const Ray *ray, const Hit *hit, u32 depth) {
  const Material *material = hit->shape->material;
  Vector point = point_at(ray, hit->distance), normal = hit->shape->kind->normal(hit->shape, point);
  bool inside = is_less(ZERO, dot(normal, ray->direction));
  if (inside) normal = scaled(normal, negate(ONE));
  Vector color = material->pattern(material, point);
  Vector total = light_at(point, normal, ray->direction, material, color);
  if (depth == 0) return total;
  if (!is_zero(material->reflection)) {
    Ray next = {point, mirrored(ray->direction, normal)};
    total = sum(total, scaled(trace(&next, depth - 1), material->reflection));
  }
  if (!is_zero(material->transparency)) {
    Real ratio = divide(from_integer(inside ? 3 : 2), from_integer(inside ? 2 : 3)); /* of air and glass */
    Ray next = {point, ray->direction};
    if (refract(ray->direction, normal, ratio, &next.direction))
      total = sum(total, scaled(filtered(trace(&next, depth - 1), color), material->transparency));
  }
  return total;
}

static Vector trace(const Ray *ray, u32 depth) {
  Hit hit = find_hit(ray, INFINITE);
  if (hit.shape) return shade(ray, &hit, depth);
  Real height = larger(ray->direction.at[1], ZERO);
  return sum(scaled(scene.sky, subtract(ONE, height)), scaled(vector(HALF, HALF, ONE), height));
}

/* ---- Pictures ---- */

enum { WIDTH = 48, HEIGHT = 32, TILE = 8, TILES = WIDTH / TILE * (HEIGHT / TILE), DEPTH = 3 };

/* Brightness 0 to 1 as a byte; the square root is the screen's gamma, about. */
static u8 to_byte(Real brightness) {
  Real limited = smaller(larger(brightness, ZERO), ONE);
  return (u8)to_integer(add(multiply(square_root(limited), from_integer(255)), HALF));
}

static u32 draw_pixel(u32 x, u32 y) {
  Real scale = divide(ONE, from_integer(HEIGHT));
  Real across = multiply(from_integer(2 * (i32)x - WIDTH), scale), upward = multiply(from_integer(HEIGHT - 2 * (i32)y), scale);
  Vector direction = sum(scaled(scene.forward, TWO), sum(scaled(scene.right, across), scaled(scene.up, upward)));
  Ray ray = {scene.eye, unit(direction)};
  Vector color = trace(&ray, DEPTH);
  u32 pixel = 0;
  for (u32 i = 0; i < 3; i++) pixel = pixel << 8 | to_byte(color.at[i]);
  return pixel;
}

static u32 draw_tile(u32 tile) {
  u32 left = tile % (WIDTH / TILE) * TILE, top = tile / (WIDTH / TILE) * TILE, checksum = 0;
  for (u32 y = 0; y < TILE; y++)
    for (u32 x = 0; x < TILE; x++) checksum = hash_word(checksum, draw_pixel(left + x, top + y));
  return checksum;
}

/* material: name, pattern, colour, diffuse light, highlight, its exponent, reflection, transparency */
static const char *const scenes[] = {
  /* Spheres on a checkered floor */
  "camera 0 1.5 -6  0 0.7 0\n"
  "sky 0.6 0.7 0.9\n"
  "light -4 6 -5  0.8 0.8 0.7\n"
  "light 5 3 -4  0.3 0.3 0.5\n"
  "material floor checkered 0.9 0.9 0.8  0.8 0 1 0.1 0\n"
  "material mirror plain 0.3 0.3 0.3  0.2 0.8 60 0.7 0\n"
  "material glass plain 0.9 1 0.95  0.1 0.7 90 0.1 0.8\n"
  "material red striped 0.9 0.2 0.1  0.8 0.3 20 0 0\n"
  "plane floor 0 1 0 0\n"
  "sphere mirror -1.2 1 1 1\n"
  "sphere glass 1.1 0.8 -1 0.8\n"
  "sphere red 0.2 0.4 -2 0.4\n"
  "sphere red -1.6 0.3 -1.8 0.3\n"
  "sphere mirror 2.2 0.5 1.5 0.5\n"
  "sphere red 2.5 1.9 1 0.4\n",
  /* A pyramid and a gem between mirrors */
  "camera 3 2 -5  0 0.8 0\n"
  "sky 0.9 0.6 0.4\n"
  "light 2 7 -6  0.9 0.9 0.9\n"
  "material sand plain 0.8 0.7 0.5  0.9 0 1 0 0\n"
  "material stone striped 0.7 0.6 0.5  0.9 0.1 5 0 0\n"
  "material gem plain 0.4 0.9 0.7  0.2 0.9 40 0.3 0.6\n"
  "material mirror plain 0.1 0.1 0.2  0.1 0.3 30 0.8 0\n"
  "plane sand 0 1 0 0\n"
  "plane mirror 0.2 0 -1 -4\n"
  "triangle stone -2 0 -1  0 0 -1  -1 1.8 0\n"
  "triangle stone 0 0 -1  0 0 1  -1 1.8 0\n"
  "triangle stone 0 0 1  -2 0 1  -1 1.8 0\n"
  "triangle stone -2 0 1  -2 0 -1  -1 1.8 0\n"
  "triangle gem 1 0 -1  1.6 0.8 -1.2  0.9 1.5 -0.7\n"
  "triangle gem 1 0 -1  0.9 1.5 -0.7  0.5 0.7 -1.1\n"
  "triangle gem 1 0 -1  0.5 0.7 -1.1  1.6 0.8 -1.2\n"
  "triangle gem 1.6 0.8 -1.2  0.5 0.7 -1.1  0.9 1.5 -0.7\n"
  "sphere mirror 1.8 0.5 0.4 0.5\n"
  "sphere stone 0.4 0.25 -1.9 0.25\n",
};

u32 program(u32 rounds) {
  u32 checksum = 0;
  for (u32 round = 0; round < rounds; round++) {
    read_scene(scenes[round % COUNT(scenes)]);
    /* 7 is no divisor of the number of tiles: all of them come, near ones not after each other. */
    checksum = hash_word(checksum, draw_tile(round / COUNT(scenes) * 7 % TILES));
  }
  free_tree(scene.tree);
  scene.tree = NULL;
  if (blocks_in_use() != 0) fail("tracer: memory leaks");
  return checksum;
}
