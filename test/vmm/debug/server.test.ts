/** The GDB server, command by command, under every engine and monitor. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { targetDescription } from '../../../vmm/debug/registers.ts';
import { wordToHex } from '../../../vmm/debug/packets.ts';
import { image, paging } from '../assembled.ts';
import { guestRun, ways } from '../replay/kit.ts';
import { type Client, debugged } from './kit.ts';

/** Counts to 5 at 0x30000, traps once, then echoes what is typed until a q, and powers off with status 3. */
const guest = image(`    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
    ${paging()}
    li   s1, 0x30000
    li   s2, 5
count:
    lw   t0, 0(s1)
    addi t0, t0, 1
    sw   t0, 0(s1)
    bne  t0, s2, count
    ecall
    li   s4, 0x10
    li   s5, 'q'
    li   t0, 0x11
    li   t1, 1
    out  t0, t1
read:
    in   t0, s4
    bltz t0, wait
    out  s4, t0
    bne  t0, s5, read
    li   t0, 1
    li   t1, 3
    out  t0, t1
wait:
    hlt
    j    read
    .balign 4
handler:
    mfs  s0, ECAUSE
    mfs  t6, EPC
    addi t6, t6, 4
    mts  EPC, t6
    iret
`);

const at = (name: string) => {
  const symbol = guest.symbols.find((candidate) => candidate.name === name);
  return (symbol?.address ?? 0).toString(16);
};

let open: Client | undefined;
afterEach(() => open?.close());

async function client(way: (typeof ways)[number] = { monitor: 'none', engine: 'interpreter' }) {
  const run = guestRun(guest, way);
  open = await debugged(run.timeline);
  return { run, gdb: open };
}

const pc = async (gdb: Client) =>
  Buffer.from(await gdb.ask('p20'), 'hex')
    .readUInt32LE()
    .toString(16);

/** Waits until that holds, while everything else goes on. */
async function soon(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTick();
}

describe.each(ways)('A guest by $engine, monitor $monitor', (way) => {
  it('stops at breakpoints and watchpoints, forwards and backwards', async () => {
    const { gdb, run } = await client(way);
    expect(await gdb.ask('?')).toBe('T02thread:1;');
    expect(await gdb.ask(`Z0,${at('count')},4`)).toBe('OK');
    expect(await gdb.ask('c')).toBe('T05thread:1;swbreak:;');
    expect(await pc(gdb)).toBe(at('count'));
    const first = run.timeline.step;
    expect(await gdb.ask('vCont;c:1')).toBe('T05thread:1;swbreak:;');
    expect(await gdb.ask('p9')).toBe(wordToHex(0x30000));
    expect(await gdb.ask('m30000,4')).toBe('01000000');
    expect(await gdb.ask('bc')).toBe('T05thread:1;swbreak:;');
    expect(run.timeline.step).toBe(first);
    expect(await gdb.ask('m30000,4')).toBe('00000000');
    expect(await gdb.ask('bc')).toBe('T05thread:1;replaylog:begin;');
    expect(run.timeline.step).toBe(0);
    expect(await gdb.ask(`z0,${at('count')},4`)).toBe('OK');

    expect(await gdb.ask(`Z0,${at('handler')},4`)).toBe('OK');
    expect(await gdb.ask('c')).toBe('T05thread:1;swbreak:;');
    expect(await gdb.ask('m30000,4')).toBe('05000000');
    expect(await gdb.ask('Z2,30000,4')).toBe('OK');
    // Told before the store, which GDB then makes itself.
    for (const [count, text] of ['04', '03', '02'].entries()) {
      expect(await gdb.ask('bc'), String(count)).toBe('T05thread:1;watch:30000;');
      expect(await gdb.ask('bs')).toBe('T05thread:1;watch:30000;');
      expect(await gdb.ask('z2,30000,4')).toBe('OK');
      expect(await gdb.ask('bs')).toBe('T05thread:1;');
      expect(await gdb.ask('m30000,4')).toBe(`${text}000000`);
      expect(await gdb.ask('Z2,30000,4')).toBe('OK');
    }
    expect(await gdb.ask('s')).toBe('T05thread:1;watch:30000;');
    expect(await gdb.ask('m30000,4')).toBe('02000000');
  });

  it('echoes what is typed, and does so again after going back', async () => {
    const { gdb, run } = await client(way);
    const running = gdb.ask('c');
    await soon(() => run.subject.machine.waiting);
    gdb.session.type(Buffer.from('ab'));
    await soon(() => run.printed.length === 2 && run.subject.machine.waiting);
    gdb.session.type(Buffer.from('q'));
    expect(await running).toBe('T0fthread:1;');
    expect(gdb.told.join('')).toMatch(/^ringlab: the guest powered off, status 3, at step \d+/);
    expect(String.fromCharCode(...run.printed)).toBe('abq');
    const end = run.timeline.step;
    expect(await gdb.ask('bs')).toBe('T05thread:1;');
    expect(await gdb.ask('c')).toBe('T0fthread:1;');
    while (!(await gdb.ask('bc')).includes('begin'));
    expect(await gdb.ask('c')).toBe('T0fthread:1;');
    expect(run.timeline.step).toBe(end);
    expect(String.fromCharCode(...run.printed)).toBe('abq');
    expect(await gdb.ask('c')).toBe('W03');
    expect(await gdb.server.farewell).toBe('ended');
  });

  it('is stopped by Ctrl-C where it is', async () => {
    const { gdb, run } = await client(way);
    // At once, when the run has hardly begun, and in the middle of its wait for input.
    gdb.send('$c#63\x03');
    expect(await gdb.next()).toBe('T02thread:1;');
    const running = gdb.ask('c');
    await soon(() => run.subject.machine.waiting);
    gdb.send('\x03');
    expect(await running).toBe('T02thread:1;');
    expect(await gdb.ask('?')).toBe('T02thread:1;');
  });
});

describe('Registers', () => {
  it('are described: general ones, pc, and the system registers as a group', async () => {
    const { gdb } = await client();
    let text = '';
    for (let part = 'm'; part.startsWith('m'); text += part.slice(1))
      part = await gdb.ask(`qXfer:features:read:target.xml:${text.length.toString(16)},400`);
    expect(text).toBe(targetDescription);
    expect((await gdb.ask('g')).length).toBe(8 * (text.match(/<reg /g)?.length ?? 0));
  });

  it('are written, but those that are read-only; going back undoes it', async () => {
    const { gdb, run } = await client();
    await gdb.ask('s');
    expect(await gdb.ask(`P5=${wordToHex(77)}`)).toBe('OK');
    expect(await gdb.ask('p5')).toBe(wordToHex(77));
    expect(await gdb.ask(`P0=${wordToHex(1)}`)).toBe('OK');
    expect(await gdb.ask('p0')).toBe(wordToHex(0));
    const memsize = 33 + 1 + 16;
    expect(await gdb.ask(`P${memsize.toString(16)}=${wordToHex(1)}`)).toBe('E01');
    expect(await gdb.ask(`P99=${wordToHex(1)}`)).toBe('E16');
    expect(await gdb.ask('p99')).toBe('E16');
    const all = await gdb.ask('g');
    expect(await gdb.ask(`G${all.slice(0, 48)}${wordToHex(5)}${all.slice(56)}`)).toBe('OK');
    expect(run.subject.machine.x[6]).toBe(5);
    await gdb.ask('bs');
    expect(await gdb.ask('p5')).toBe(wordToHex(0));
    await gdb.ask('s');
    expect(await gdb.ask('p5')).toBe(wordToHex(77));
  });
});

describe('Memory', () => {
  it('is read and written by virtual address; what is not mapped is an error', async () => {
    const { gdb } = await client();
    expect(await gdb.ask(`m${at('count')},4`)).toMatch(/^[\da-f]{8}$/);
    expect(await gdb.ask('M30000,2:abcd')).toBe('OK');
    expect(await gdb.ask('m30000,4')).toBe('abcd0000');
    // Paging is off and memory ends at 1 MiB.
    expect(await gdb.ask('m100000,4')).toBe('E0e');
    expect(await gdb.ask('mffffe,4')).toBe('0000');
    expect(await gdb.ask('mffffffff,4')).toBe('E0e');
    expect(await gdb.ask('Mfffff,2:abcd')).toBe('E0e');
    expect(await gdb.ask('Z2,fffff,2')).toBe('E0e');
  });

  it('is translated as the guest has it now', async () => {
    const { gdb } = await client();
    await gdb.ask(`Z0,${at('count')},4`);
    await gdb.ask('c');
    // With paging on, 512 KiB are mapped.
    expect(await gdb.ask('m80000,4')).toBe('E0e');
    expect(await gdb.ask('m7fffe,4')).toBe('0000');
  });
});

describe('The server', () => {
  it('answers what it does not know with nothing, and bad arguments with an error', async () => {
    const { gdb } = await client();
    const unknown =
      'vMustReplyEmpty qTStatus X0,0: Z3,30000,4 Z9,0,0 ! vRun; qCRC:0,4 vContx b bx C05 qXfer:auxv:read::0,4';
    for (const packet of ['', ...unknown.split(' ')]) expect(await gdb.ask(packet), packet).toBe('');
  });

  it.each([
    ['registers', 'gx G Gxx G00 p px p1x P5 P5=1 P5=00000000x P5x=00000000 P5=00000000=1'],
    [
      'memory',
      'm mzz,4 m0 m0, m0,4x m000000000,4 M0,4:00 M0,1:zz M0,1:00:00 qXfer:features:read:target.xml:x',
    ],
    ['points', 'Z Z0 Z0,, Z0,0 Z0,0,4x Z0,0,4;X1,00 Z2,30000,0 z0 Zx,0,4'],
    [
      'going on',
      'cx c100000000 sx bcx bs1 vCont vCont; vCont;x vCont;c:x vCont;c;x vCont;C vCont;r vCont;c:2 vCont?x',
    ],
    [
      'ends and questions',
      'k1 vKill vKill; vKill;x Dx D; H Hg Hg2 T Tx T2 ?x qC,1 qRcmd,6 qRcmd,zz QStartNoAckMode:',
    ],
  ])('answers malformed packets about %s with an error, and does nothing', async (_, packets) => {
    const { gdb, run } = await client();
    const before = await gdb.ask('g');
    for (const packet of packets.split(' ')) expect(await gdb.ask(packet), packet).toBe('E16');
    expect([await gdb.ask('g'), run.timeline.step]).toEqual([before, 0]);
  });

  it('goes on from where it is told, by address or by thread', async () => {
    const { gdb, run } = await client();
    expect(await gdb.ask(`s${at('read')}`)).toBe('T05thread:1;');
    expect([await pc(gdb), run.timeline.step]).toEqual([
      (Number.parseInt(at('read'), 16) + 4).toString(16),
      1,
    ]);
    expect(await gdb.ask('vCont;c:2;s:p1.1;c')).toBe('T05thread:1;');
    expect(run.timeline.step).toBe(2);
  });

  it('asks again for a damaged packet, and acknowledges until told not to', async () => {
    const { gdb } = await client();
    const heard: string[] = [];
    gdb.socket.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')));
    gdb.send('$g#00');
    await gdb.ask('QStartNoAckMode');
    await gdb.ask('qC');
    expect(heard.join('')).toBe('-+$OK#9a$QC1#c5');
  });

  it('keeps the guest for the next debugger when a connection breaks, also in the middle of a run', async () => {
    const { gdb, run } = await client();
    gdb.send('$c#63');
    await soon(() => run.timeline.step > 0);
    const next = await gdb.again();
    // Answered when the run has ended.
    expect(await next.ask('?')).toBe('T02thread:1;');
    const step = run.timeline.step;
    expect(await next.ask('bs')).toBe('T05thread:1;');
    expect(run.timeline.step).toBe(step - 1);
    next.close();
  });

  it('does nothing more of what a debugger asked whose connection broke', async () => {
    const { gdb, run } = await client();
    gdb.send('$c#63$c#63$c#63');
    await soon(() => run.timeline.step > 0);
    const next = await gdb.again();
    // Answered when nothing runs any more.
    expect(await next.ask('?')).toBe('T02thread:1;');
    next.close();
  });

  it.each([
    ['a packet without end', `$${'a'.repeat(2 ** 17)}`],
    ['a web page that has a browser say a packet', 'POST / HTTP/1.1\r\n\r\n$vKill;1#6e'],
  ])('hangs up on what is no debugger: %s', async (_, text) => {
    const { gdb, run } = await client();
    const closed = new Promise((resolve) => gdb.socket.once('close', resolve));
    gdb.send(text);
    await closed;
    expect(run.timeline.step).toBe(0);
  });

  it('says good-bye', async () => {
    const { gdb } = await client();
    expect(await gdb.ask('D')).toBe('OK');
    expect(await gdb.server.farewell).toBe('detached');
    const other = await client();
    expect(await other.gdb.ask('vKill;1')).toBe('OK');
    expect(await other.gdb.server.farewell).toBe('killed');
  });
});

describe('monitor …', () => {
  const monitor = async (gdb: Client, text: string) =>
    Buffer.from(await gdb.ask(`qRcmd,${Buffer.from(text).toString('hex')}`), 'hex').toString('utf8');

  it('goes to a step, to the last trap, and to who wrote a word last', async () => {
    const { gdb, run } = await client();
    await gdb.ask(`Z0,${at('read')},4`);
    await gdb.ask('c');
    const here = run.timeline.step;
    expect(await monitor(gdb, 'trap')).toMatch(/^ecall\nstep \d+, ring 0/);
    const trapped = run.timeline.step;
    expect(await monitor(gdb, 'writer 0x30000')).toMatch(/^\nstep \d+/);
    expect(run.timeline.step).toBeLessThan(trapped);
    await gdb.ask('s');
    expect(await gdb.ask('m30000,4')).toBe('05000000');
    expect(await monitor(gdb, `goto ${here}`)).toContain(`step ${here},`);
    expect(await monitor(gdb, 'physical 0x30000')).toBe('0x00030000: 0x00000005\n');
    expect(await monitor(gdb, 'exit')).toBe('there is none before this\n');
  });

  it('explains itself', async () => {
    const { gdb } = await client();
    expect(await monitor(gdb, '')).toContain('monitor goto STEP');
    expect(await monitor(gdb, 'dance')).toBe('no command "dance"; monitor help lists them\n');
    expect(await monitor(gdb, 'goto x')).toContain('a step is a whole number');
    expect(await monitor(gdb, 'writer 0xfffffff0')).toContain('that is mapped now');
  });
});
