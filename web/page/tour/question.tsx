/** A question of a tour: the reader predicts, then sees. */
import type { VNode } from 'preact';
import type { QuestionText } from '../../worker/tour-handlers.ts';
import { reveal, revealed } from './touring.ts';

/** Choices from which a list of check boxes needs columns. */
const many = 8;

export function Question({ question }: { readonly question: QuestionText }): VNode {
  const isAnswered = revealed.value !== undefined;
  return (
    <form
      class="question"
      onSubmit={(event) => {
        event.preventDefault();
        const answers = new FormData(event.currentTarget).getAll('answer');
        void reveal(answers.filter((one) => typeof one === 'string').join(' '));
      }}
    >
      <fieldset disabled={isAnswered}>
        <legend>{question.text}</legend>
        <Answers question={question} />
        {!isAnswered && (
          <p class="row">
            <button type="submit">Predict</button>
            <button type="button" onClick={() => void reveal('')}>
              Just show it
            </button>
          </p>
        )}
      </fieldset>
    </form>
  );
}

function Answers({ question: { kind, choices, text } }: { readonly question: QuestionText }): VNode {
  if (kind === 'name' || kind === 'number')
    return (
      <input
        name="answer"
        autoComplete="off"
        inputMode={kind === 'number' ? 'numeric' : 'text'}
        aria-label={text}
        placeholder={kind === 'number' ? 'a number' : 'a name'}
      />
    );
  return (
    <div class={choices.length > many ? 'choices columns' : 'choices'}>
      {choices.map((choice) => (
        <label key={choice} class="switch">
          <input type={kind === 'many' ? 'checkbox' : 'radio'} name="answer" value={choice} />
          {choice}
        </label>
      ))}
    </div>
  );
}
