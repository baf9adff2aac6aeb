/** Why a submission is not asked anything: a word for tables, and a line for its author. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly text: string;
}

/** The reasons, and what each stands for. */
export const refusalReasons = {
  'no-monitor-file': 'the folder has no monitor.ts or monitor.js',
  'not-a-file': 'it is no file and no folder',
  'link-outside': 'a symbolic link leads out of the folder',
  'too-large': 'its files are larger than a monitor has to be',
  'missing-file': 'it imports a file that is not there',
  'foreign-import': 'it imports something else than its own files and ringlab/testing',
  'syntax-error': 'a file is not TypeScript or JavaScript',
  'load-error': 'it throws as it is loaded, or imports a name that is not exported',
  'never-settles': 'a top-level await never settles',
  'no-export': 'its default export is no function',
  'load-limit': 'it reaches a limit as it is loaded',
} as const;

export type RefusalReason = keyof typeof refusalReasons;

export class SubmissionError extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, text: string) {
    super(text);
    this.reason = reason;
  }
}
