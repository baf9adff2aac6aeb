/**
 * Pseudo-instructions: short names for one or two real instructions, as GNU `as`
 * has them (RISC-V Assembly Programmer's Manual, "Pseudoinstructions").
 *
 * `operands` names the operands. `gives` is the assembly that replaces them, in which the
 * names stand for the operands as written. `\@` is a number that differs for each use, for
 * local labels. `.word` gives a word that no row has. Only `li` is computed, because its
 * length depends on its value.
 */
export interface Pseudo {
  readonly name: string;
  readonly operands: readonly string[];
  readonly gives: readonly string[];
}

const pcrel = '.Lpcrel\\@: auipc';

/** name operands: instruction; instruction */
const source = `
nop : addi zero, zero, 0
mv rd, rs : addi rd, rs, 0
move rd, rs : addi rd, rs, 0
not rd, rs : xori rd, rs, -1
neg rd, rs : sub rd, zero, rs
seqz rd, rs : sltiu rd, rs, 1
snez rd, rs : sltu rd, zero, rs
sltz rd, rs : slt rd, rs, zero
sgtz rd, rs : slt rd, zero, rs
sgt rd, rs, rt : slt rd, rt, rs
sgtu rd, rs, rt : sltu rd, rt, rs
zext.b rd, rs : andi rd, rs, 255
sext.b rd, rs : slli rd, rs, 24; srai rd, rd, 24
sext.h rd, rs : slli rd, rs, 16; srai rd, rd, 16
zext.h rd, rs : slli rd, rs, 16; srli rd, rd, 16
beqz rs, target : beq rs, zero, target
bnez rs, target : bne rs, zero, target
blez rs, target : bge zero, rs, target
bgez rs, target : bge rs, zero, target
bltz rs, target : blt rs, zero, target
bgtz rs, target : blt zero, rs, target
bgt rs, rt, target : blt rt, rs, target
ble rs, rt, target : bge rt, rs, target
bgtu rs, rt, target : bltu rt, rs, target
bleu rs, rt, target : bgeu rt, rs, target
j target : jal zero, target
jal target : jal ra, target
jr rs : jalr zero, 0(rs)
jr rs, imm : jalr zero, imm(rs)
jalr rs : jalr ra, 0(rs)
jalr rs, imm : jalr ra, imm(rs)
ret : jalr zero, 0(ra)
la rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); addi rd, rd, %pcrel_lo(.Lpcrel\\@)
lla rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); addi rd, rd, %pcrel_lo(.Lpcrel\\@)
lga rd, symbol : ${pcrel} rd, %got_pcrel_hi(symbol); lw rd, %pcrel_lo(.Lpcrel\\@)(rd)
la.tls.ie rd, symbol : ${pcrel} rd, %tls_ie_pcrel_hi(symbol); lw rd, %pcrel_lo(.Lpcrel\\@)(rd)
la.tls.gd rd, symbol : ${pcrel} rd, %tls_gd_pcrel_hi(symbol); addi rd, rd, %pcrel_lo(.Lpcrel\\@)
add rd, rs, rt, %tprel_add(symbol) : add rd, rs, rt
call target : ${pcrel} ra, %pcrel_hi(target); jalr ra, %pcrel_lo(.Lpcrel\\@)(ra)
call rd, target : ${pcrel} rd, %pcrel_hi(target); jalr rd, %pcrel_lo(.Lpcrel\\@)(rd)
tail target : ${pcrel} t1, %pcrel_hi(target); jalr zero, %pcrel_lo(.Lpcrel\\@)(t1)
jump target, rt : ${pcrel} rt, %pcrel_hi(target); jalr zero, %pcrel_lo(.Lpcrel\\@)(rt)
lb rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); lb rd, %pcrel_lo(.Lpcrel\\@)(rd)
lbu rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); lbu rd, %pcrel_lo(.Lpcrel\\@)(rd)
lh rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); lh rd, %pcrel_lo(.Lpcrel\\@)(rd)
lhu rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); lhu rd, %pcrel_lo(.Lpcrel\\@)(rd)
lw rd, symbol : ${pcrel} rd, %pcrel_hi(symbol); lw rd, %pcrel_lo(.Lpcrel\\@)(rd)
sb rs, symbol, rt : ${pcrel} rt, %pcrel_hi(symbol); sb rs, %pcrel_lo(.Lpcrel\\@)(rt)
sh rs, symbol, rt : ${pcrel} rt, %pcrel_hi(symbol); sh rs, %pcrel_lo(.Lpcrel\\@)(rt)
sw rs, symbol, rt : ${pcrel} rt, %pcrel_hi(symbol); sw rs, %pcrel_lo(.Lpcrel\\@)(rt)
fence : fence iorw, iorw
fence.tso : .word 0x8330000f
scall : ecall
sbreak : ebreak
unimp : .word 0xc0001073
`;

export const pseudos: readonly Pseudo[] = source
  .trim()
  .split('\n')
  .map((line) => {
    const [head = '', body = ''] = line.split(' : ');
    const [name = '', ...operands] = head.split(/,? /);
    return { name, operands: operands.filter((word) => word !== ''), gives: body.split('; ') };
  });

/** Pseudo-instructions that are replaced differently in position-independent code. */
export const independent: ReadonlyMap<string, string> = new Map([['la', 'lga']]);

/** The name of the pseudo-instruction that the assembler computes (load immediate). */
export const loadImmediate = 'li';
