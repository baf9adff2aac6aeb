/** The home of the page: three acts, two machines side by side, one verdict. */
import type { VNode } from 'preact';
import { RadioGroup } from '../controls.tsx';
import { Differences } from '../differences.tsx';
import { Machines } from '../machines.tsx';
import { acts, actNow, play } from './list.ts';
import { Translated } from './translated.tsx';

export function Acts(): VNode {
  const now = actNow.value;
  return (
    <div class="acts-view">
      <RadioGroup
        label="Act"
        class="acts"
        chosen={now}
        onChoose={(n) => void play(n)}
        options={acts.map((act, n) => ({
          key: act.title,
          class: n === now + 1 ? 'act suggested' : 'act',
          content: (
            <>
              <span class="number">{n + 1}</span>
              <span class="words">
                <b>{act.title}</b>
                <span class="says">{act.says}</span>
              </span>
            </>
          ),
        }))}
      />
      <Machines />
      <Differences />
      <Translated />
    </div>
  );
}
