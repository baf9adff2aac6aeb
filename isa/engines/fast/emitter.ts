/**
 * A small WebAssembly emitter: it writes the bytes of one function and of the module around it
 * (WebAssembly Core Specification 1.0, chapter 5; tail calls from the tail-call proposal).
 */
import { utf8 } from '../../machine/bytes.ts';

/** Instructions, by their names in the specification. */
export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  return: 0x0f,
  call: 0x10,
  return_call: 0x12,
  return_call_indirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  local_get: 0x20,
  local_set: 0x21,
  local_tee: 0x22,
  i32_load: 0x28,
  i32_load8_s: 0x2c,
  i32_load8_u: 0x2d,
  i32_load16_s: 0x2e,
  i32_load16_u: 0x2f,
  i32_store: 0x36,
  i32_store8: 0x3a,
  i32_store16: 0x3b,
  i32_const: 0x41,
  i64_const: 0x42,
  i32_eqz: 0x45,
  i32_eq: 0x46,
  i32_ne: 0x47,
  i32_lt_s: 0x48,
  i32_lt_u: 0x49,
  i32_gt_u: 0x4b,
  i32_ge_s: 0x4e,
  i32_ge_u: 0x4f,
  i32_add: 0x6a,
  i32_sub: 0x6b,
  i32_mul: 0x6c,
  i32_div_s: 0x6d,
  i32_div_u: 0x6e,
  i32_rem_s: 0x6f,
  i32_rem_u: 0x70,
  i32_and: 0x71,
  i32_or: 0x72,
  i32_xor: 0x73,
  i32_shl: 0x74,
  i32_shr_s: 0x75,
  i32_shr_u: 0x76,
  i64_mul: 0x7e,
  i64_shr_u: 0x88,
  i32_wrap_i64: 0xa7,
  i64_extend_i32_s: 0xac,
  i64_extend_i32_u: 0xad,
} as const;

const I32 = 0x7f;
export const VOID = 0x40;

/** A growing buffer of code. */
export class Code {
  #bytes = new Uint8Array(128);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#grow(this.#length + 1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  /** Opcodes without immediates. */
  op(...opcodes: readonly number[]): this {
    for (const opcode of opcodes) this.byte(opcode);
    return this;
  }

  append(bytes: Uint8Array): this {
    const end = this.#length + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, this.#length);
    this.#length = end;
    return this;
  }

  /** An unsigned LEB128 number. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 128);
    return this.byte(rest);
  }

  /** A signed LEB128 number. */
  signed(value: number): this {
    let rest = value | 0;
    for (; rest < -64 || rest > 63; rest >>= 7) this.byte((rest & 127) | 128);
    return this.byte(rest & 127);
  }

  constant(value: number): this {
    return this.byte(OP.i32_const).signed(value);
  }

  get(local: number): this {
    return this.byte(OP.local_get).unsigned(local);
  }

  set(local: number): this {
    return this.byte(OP.local_set).unsigned(local);
  }

  tee(local: number): this {
    return this.byte(OP.local_tee).unsigned(local);
  }

  /** A load or store with its static offset. The alignment hint is always 0: none is promised. */
  memory(opcode: number, offset: number): this {
    return this.byte(opcode).byte(0).unsigned(offset);
  }

  /** A name: its length and its bytes. */
  name(text: string): this {
    const bytes = utf8(text);
    return this.unsigned(bytes.length).append(bytes);
  }

  branch(depth: number): this {
    return this.byte(OP.br).unsigned(depth);
  }

  branchIf(depth: number): this {
    return this.byte(OP.br_if).unsigned(depth);
  }
}

function vector(items: readonly (readonly number[] | Uint8Array)[]): Code {
  const code = new Code().unsigned(items.length);
  for (const item of items) code.append(Uint8Array.from(item));
  return code;
}

function text(name: string): number[] {
  return [name.length, ...utf8(name)];
}

/** Function index of the imported `system`. */
export const systemFunction = 0;

/** Index, in every module, of the type of compiled code that is entered from outside: `(fuel, n) -> fuel left`. */
export const codeType = 1;

/**
 * The bytes of a module with one region: `run(fuel, 0) -> fuel left`, with `localCount` i32 locals. The module imports
 * `r.memory` of `pages` 64 KiB pages, `r.table`, and `r.system(site, fuel) -> AFTER` (layout.ts).
 */
export function regionModule(body: Code, localCount: number, pages: number): Uint8Array {
  const module = new Code().append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const section = (id: number, content: Code) =>
    module.byte(id).unsigned(content.length).append(content.bytes());
  section(
    1,
    vector([
      [0x60, 1, I32, 1, I32],
      [0x60, 2, I32, I32, 1, I32],
    ]),
  );
  const limits = new Code().unsigned(pages).unsigned(pages).bytes();
  section(
    2,
    vector([
      [...text('r'), ...text('system'), 0, 1],
      [...text('r'), ...text('memory'), 2, 1, ...limits],
      [...text('r'), ...text('table'), 1, 0x70, 0, 1],
    ]),
  );
  section(3, vector([[codeType]]));
  section(7, vector([[...text('run'), 0, 1]]));
  const locals = new Code().unsigned(1).unsigned(localCount).byte(I32);
  const size = locals.length + body.length + 1;
  const code = new Code().unsigned(1).unsigned(size).append(locals.bytes()).append(body.bytes()).byte(OP.end);
  section(10, code);
  return module.bytes();
}
