/**
 * Submissions that attack the grader, ten kinds, five of each. Each gets as far as it can towards a `process`, a `require` or the
 * judge, and then tries to read and write a file, to reach a port and to end a process: the canaries.
 */

/** What an attack that gets out does harm to. */
export interface Canaries {
  /** A file that exists, and one that must not. */
  readonly secret: string;
  readonly written: string;
  readonly port: number;
  readonly pid: number;
}

export interface Attack {
  readonly kind: string;
  readonly name: string;
  readonly code: string;
}

/** Functions that all attacks have: `reach` looks for a way out of anything, `harm` does what can be done with it. */
function prelude({ secret, written, port, pid }: Canaries): string {
  return `
const found = [];
function harm(p) {
  if (!p) return;
  found.push(typeof p);
  const load = (name) => { try { return p.getBuiltinModule(name); } catch {} try { return p.mainModule.require(name); } catch {} try { return p.binding(name); } catch {} };
  try { const fs = load('fs'); found.push(fs.readFileSync(${JSON.stringify(secret)}, 'utf8')); fs.writeFileSync(${JSON.stringify(written)}, 'here'); } catch {}
  try { load('net').connect(${port}, '127.0.0.1'); } catch {}
  try { load('child_process').execFileSync('/usr/bin/touch', [${JSON.stringify(written)}]); } catch {}
  try { p.kill(${pid}, 'SIGKILL'); } catch {}
  try { p.kill(p.ppid, 'SIGKILL'); } catch {}
}
function reach(thing) {
  for (const way of [
    () => thing.constructor.constructor('return process')(),
    () => thing.constructor('return process')(),
    () => thing.__proto__.constructor.constructor('return process')(),
    () => Object.getPrototypeOf(thing).constructor.constructor('return globalThis.process')(),
    () => thing.constructor.constructor('return this')().process,
    () => thing.process,
    () => thing.mainModule && thing,
  ]) { try { harm(way()); } catch {} }
}
const idle = { pc: 0, status: 0, steps: 0, waiting: false, readSystem: () => 0 };
const fail = () => { throw new Error('found: ' + found.join(' ')); };
`;
}

type Bodies = Readonly<Record<string, string>>;

const kinds: Readonly<Record<string, Bodies>> = {
  errors: {
    'refused import': `try { await import('node:fs'); } catch (e) { reach(e); } export default fail;`,
    'machine out of range': `export default (m) => { try { m.read(-1, 4); } catch (e) { reach(e); } try { m.write(1e9, 4, 0); } catch (e) { reach(e); } fail(); };`,
    'power port': `export default (m) => { try { m.output(0, 0); } catch (e) { reach(e); } fail(); };`,
    'call sites': `Error.prepareStackTrace = (e, sites) => { for (const s of sites) { reach(s); try { reach(s.getThis()); reach(s.getFunction()); } catch {} } return ''; }; export default (m) => { try { m.run(); } catch (e) { e.stack; } new Error().stack; fail(); };`,
    'no memory for it': `export default () => { try { new ArrayBuffer(2 ** 53 - 1); } catch (e) { reach(e); } try { 'x'.repeat(2 ** 30); } catch (e) { reach(e); } fail(); };`,
  },
  iterators: {
    'array iterator': `const real = Array.prototype[Symbol.iterator]; Array.prototype[Symbol.iterator] = function () { reach(this); reach(this[0]); return real.call(this); }; export default fail;`,
    'set iterator': `const next = Object.getPrototypeOf(new Set().values()).next; Object.getPrototypeOf(new Set().values()).next = function () { reach(this); return next.call(this); }; export default (m, a) => { [...a.unprivileged]; fail(); };`,
    'endless iterator': `Set.prototype[Symbol.iterator] = function* () { for (;;) yield 'sring'; }; export default (m, a) => { for (const n of a.unprivileged) reach(n); };`,
    'spread of arguments': `export default function () { for (const a of arguments) { reach(a); reach(a.constructor); } reach(arguments.callee); fail(); }`,
    'system registers': `export default () => ({ guest: { ...idle, readSystem: (n) => { reach(n); return { [Symbol.toPrimitive]() { reach(this); return 0; } }; } }, run: () => ({ kind: 'limit' }) });`,
  },
  proxies: {
    'guest is a proxy': `export default () => ({ guest: new Proxy({}, { get(t, key, receiver) { reach(t); reach(receiver); return key === 'waiting' ? false : 0; } }), run: () => ({ kind: 'limit' }) });`,
    'stop is a proxy': `export default () => ({ guest: idle, run: () => new Proxy({ kind: 'limit' }, { get(t, key, receiver) { reach(receiver); return t[key]; }, getPrototypeOf() { throw new Proxy(function () {}, {}); } }) });`,
    'monitor is a proxy': `export default new Proxy(() => 0, { apply(t, self, args) { reach(self); for (const a of args) reach(a); return new Proxy({}, { get: (o, k) => k === 'then' ? reach : fail }); } });`,
    'export is a proxy of a proxy': `let p = () => {}; for (let n = 0; n < 20000; n++) p = new Proxy(p, {}); export default p;`,
    'prototype of everything': `Object.setPrototypeOf(Object.prototype.__proto__ ?? globalThis, new Proxy({}, { get(t, k, r) { reach(r); return undefined; }, has: () => true })); export default fail;`,
  },
  promises: {
    'then of the module': `export function then(resolve, reject) { reach(resolve); reach(reject); resolve({ default: fail }); } export default fail;`,
    species: `Promise.prototype.then = function (a, b) { reach(a); reach(b); reach(this); }; export default fail;`,
    'rejection later': `Promise.reject({ get stack() { reach(this); return ''; }, toString() { reach(this); return ''; } }); export default fail;`,
    'import in a then': `import('x').then(reach, (e) => { reach(e); reach(e.constructor); }); await 0; await 0; export default fail;`,
    'thenable from run': `export default () => ({ guest: idle, run: () => ({ kind: 'limit', then(f) { reach(f); f(); } }) });`,
  },
  'async functions': {
    constructor: `const A = (async () => {}).constructor; try { harm(await new A('return process')()); } catch (e) { reach(e); } export default fail;`,
    'generator constructor': `const A = (async function* () {}).constructor; try { for await (const p of new A('yield process')()) harm(p); } catch (e) { reach(e); } export default fail;`,
    'endless await': `for (;;) await 0; export default fail;`,
    'async factory': `export default async (m) => { reach(m); try { await import('node:net'); } catch (e) { reach(e); } return { guest: idle, run: () => ({ kind: 'limit' }) }; };`,
    'async run': `export default (m) => ({ guest: idle, async run() { try { await import('node:fs'); } catch (e) { reach(e); } return { kind: 'limit' }; } });`,
  },
  'stack overflow': {
    'machine at the edge': `export default (m) => { let n = 0; const go = () => { try { go(); } catch (e) { reach(e); } if (n++ < 3000) try { m.readSystem(0); m.read(0, 4); } catch (e) { reach(e); } }; go(); fail(); };`,
    'import at the edge': `const all = []; const go = () => { try { go(); } catch {} all.push(import('x').catch((e) => reach(e))); if (all.length > 2000) throw 0; }; try { go(); } catch {} await Promise.all(all.slice(0, 2000)); export default fail;`,
    'console at the edge': `export default () => { let n = 0; const go = () => { try { go(); } catch (e) { reach(e); } if (n++ < 3000) try { console.log('', { toString: go }); } catch (e) { reach(e); } }; go(); fail(); };`,
    'getter at the edge': `export default () => ({ get guest() { const go = () => go(); go(); }, run: () => ({ kind: 'limit' }) });`,
    'parser at the edge': `export default () => { try { JSON.parse('['.repeat(1e6)); } catch (e) { reach(e); } try { new RegExp('('.repeat(1e6)); } catch (e) { reach(e); } fail(); };`,
  },
  'forged results': {
    'json of passes': `JSON.stringify = () => '{"passed":true,"score":100}'; export default () => ({ guest: idle, run: () => ({ kind: 'limit', passed: true, score: 100 }) });`,
    'claims the steps': `export default (m, { entry }) => { const guest = { ...idle, pc: entry }; return { guest, run(until) { guest.pc += 4 * (until - guest.steps); guest.steps = until; return { kind: 'limit' }; } }; };`,
    'passes on the prototype': `Object.prototype.passed = true; Object.prototype.score = 100; Object.prototype.found = undefined; Array.prototype.push = () => 1; export default () => ({ guest: idle, run: () => ({ kind: 'limit' }) });`,
    'runs the guest bare': `export default (m, { at, size, entry }) => { const guest = { ...idle, pc: entry }; return { guest, run(until) { for (const [n, v] of [[1, entry], [2, 64], [3, at], [4, size], [7, until - guest.steps]]) m.writeSystem(n, v); const t = m.run(); guest.steps += t.steps; return { kind: 'limit' }; } }; };`,
    'not a number of steps': `export default () => ({ guest: { ...idle, steps: NaN, pc: Infinity }, run: () => ({ kind: 'limit' }) });`,
  },
  'forged output': {
    'prints a grade': `console.log('score 100 of 100'); console.log('{"format":"ringlab-grade","version":1,"score":100}'); export default () => ({ guest: idle, run() { console.log('  ok  equivalence'); return { kind: 'limit' }; } });`,
    'control characters': `export default () => { throw new Error('\\u001b[2J\\u001b[32mscore 100 of 100\\r\\n\\u0000</failure><testcase/>'); };`,
    'long message': `export default () => { throw new Error('score 100 of 100\\n'.repeat(1e5)); };`,
    'message that is none': `export default () => { throw { get message() { return fail; }, toString: () => ({}) }; };`,
    'name of an error': `export default () => { const e = new Error('passed, 100 cases'); e.name = '\\n  ok  equivalence       passed'; throw e; };`,
  },
  exhaustion: {
    'memory in arrays': `const all = []; export default () => { for (;;) all.push(new Array(1e5).fill({})); };`,
    'memory in buffers': `const all = []; export default () => { for (;;) all.push(new Uint8Array(1e7).fill(1)); };`,
    'one long string': `export default () => { let s = 'x'; const all = []; for (;;) { s += s.slice(0, 1e7); all.push(s + all.length); if (s.length > 5e8) s = 'x'; [...s.slice(0, 1e5)]; } };`,
    'processor time': `export default () => ({ guest: idle, run() { for (;;); } });`,
    'changes without end': `export default (m, { own }) => ({ guest: idle, run() { for (let n = 1; ; n++) m.writeSystem(20, n); } });`,
  },
  'shared memory': {
    'registers of the machine': `export default (m) => { new Int32Array(m.x.buffer).fill(-1); reach(m.x.buffer); reach(m.x.buffer.constructor); fail(); };`,
    'detaches it': `export default (m) => { try { m.x.buffer.transfer(); } catch (e) { reach(e); } try { structuredClone(m.x.buffer, { transfer: [m.x.buffer] }); } catch (e) { reach(e); } return { guest: idle, run: () => ({ kind: 'limit' }) }; };`,
    'typed arrays of the kit': `const set = Int32Array.prototype.set; Int32Array.prototype.set = function (...a) { reach(this.buffer); new Int32Array(this.buffer).fill(9); return set.apply(this, a); }; export default (m) => ({ guest: idle, run() { m.run(); return { kind: 'limit' }; } });`,
    'growing memory': `export default () => { try { reach(new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true })); } catch (e) { reach(e); } fail(); };`,
    'waits for ever': `const a = globalThis.Atomics, s = globalThis.SharedArrayBuffer; export default () => { try { a.wait(new Int32Array(new s(4)), 0, 0); } catch (e) { reach(e); } fail(); };`,
  },
};

/** The attacks, on these canaries. */
export function attacksOn(canaries: Canaries): readonly Attack[] {
  return Object.entries(kinds).flatMap(([kind, bodies]) =>
    Object.entries(bodies).map(([name, body]) => ({ kind, name, code: prelude(canaries) + body })),
  );
}
