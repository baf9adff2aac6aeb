/** What the worker has in front of it: the library of files, and the session that is open. */
import { pathFrom } from '../../assembler/source/path.ts';
import { utf8 } from '../../isa/machine/bytes.ts';
import type { Session } from './session.ts';

export class Desk {
  files: Readonly<Record<string, string>> = {};
  #session: Session | undefined;

  /** The open session. Throws when there is none. */
  get session(): Session {
    if (this.#session === undefined) throw new Error('nothing is open');
    return this.#session;
  }

  set session(session: Session) {
    this.#session = session;
  }

  /** Reads an included file for the assembler. */
  readonly readFile = (path: string, from: string): Uint8Array => {
    const text = this.files[pathFrom(from, path)];
    if (text === undefined) throw new Error('there is no such file in the laboratory');
    return utf8(text);
  };
}
