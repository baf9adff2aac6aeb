/** The verbs by what they are for, in the order in which the help lists them. A verb is loaded only when it is needed. */
import type { Command } from 'commander';

type LoadVerb = () => Promise<{ readonly command: Command }>;

/** A part of the list of verbs. */
interface VerbGroup {
  readonly heading: string;
  readonly verbs: Readonly<Record<string, LoadVerb>>;
}

export const verbGroups: readonly VerbGroup[] = [
  {
    heading: 'Begin here:',
    verbs: {
      demo: () => import('./verbs/demo.ts'),
      lesson: () => import('./verbs/lesson.ts'),
      example: () => import('./verbs/example.ts'),
      new: () => import('./verbs/new.ts'),
      lab: () => import('./verbs/lab.ts'),
      exercise: () => import('./verbs/exercise.ts'),
      course: () => import('./verbs/course.ts'),
    },
  },
  {
    heading: 'Run guests:',
    verbs: {
      run: () => import('./verbs/run.ts'),
      network: () => import('./verbs/network.ts'),
      asm: () => import('./verbs/asm.ts'),
      disasm: () => import('./verbs/disasm.ts'),
    },
  },
  {
    heading: 'See what a guest does:',
    verbs: {
      trace: () => import('./verbs/trace.ts'),
      translate: () => import('./verbs/translate.ts'),
      debug: () => import('./verbs/debug.ts'),
      record: () => import('./verbs/record.ts'),
      replay: () => import('./verbs/replay.ts'),
    },
  },
  {
    heading: 'Ask what holds:',
    verbs: {
      classify: () => import('./verbs/classify.ts'),
      compare: () => import('./verbs/compare.ts'),
      grade: () => import('./verbs/grade.ts'),
      bench: () => import('./verbs/bench.ts'),
    },
  },
  {
    heading: 'Save guests, and move them:',
    verbs: {
      snapshot: () => import('./verbs/snapshot.ts'),
      host: () => import('./verbs/host.ts'),
      console: () => import('./verbs/console.ts'),
      migrate: () => import('./verbs/migrate.ts'),
      switch: () => import('./verbs/switch.ts'),
    },
  },
  {
    heading: 'Share hosts in a pool:',
    verbs: {
      vm: () => import('./verbs/vm.ts'),
      appliance: () => import('./verbs/appliance.ts'),
      pool: () => import('./verbs/pool.ts'),
    },
  },
  {
    heading: 'About the command line:',
    verbs: {
      help: () => import('./verbs/help.ts'),
      completion: () => import('./verbs/completion.ts'),
    },
  },
];

/** How to load the verb of that name. */
export function verbNamed(name: string): LoadVerb | undefined {
  return verbGroups.map(({ verbs }) => verbs).find((verbs) => Object.hasOwn(verbs, name))?.[name];
}
