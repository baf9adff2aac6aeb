// Changes what everybody uses, and looks for a way out of its realm.
Array.prototype.map = () => [];
Array.prototype.some = () => false;
Object.prototype.passed = true;
JSON.stringify = () => '{"stop":{"kind":"limit"},"pc":0,"status":0,"steps":0,"waiting":false,"system":[]}';
const ways = [typeof process, typeof require, typeof Buffer];

export default (machine) => {
  for (const thing of [machine, machine.run, machine.x.buffer, machine.x]) {
    try {
      ways.push(thing.constructor.constructor('return typeof process')());
    } catch {
      ways.push('undefined');
    }
  }
  throw new Error(`ways out: ${ways.filter((way) => way !== 'undefined').length}`);
};
