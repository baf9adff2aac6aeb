/** The page: header, verdict, editor, the view that is shown, time. */
import { useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { changeTheme, presents, theme } from './appearance.ts';
import { Dialogs } from './dialogs.tsx';
import { shownDialog } from './shown-dialog.ts';
import { editorIsOpen, EditorColumn } from './editor/column.tsx';
import { Icon, type IconName } from './icons.tsx';
import { NoticeLine } from './notice.tsx';
import { Printed } from './print.tsx';
import { Setup } from './setup.tsx';
import { said, tour, view } from './state.ts';
import { toggleTours } from './tour/touring.ts';
import { TimeBar } from './time-bar.tsx';
import { VerdictBar } from './verdict.tsx';
import { asides, views } from './views.ts';

export function App(): VNode {
  const shown = views.find(({ id }) => id === view.value) ?? views[0];
  const { Component, title, hasSetup = true, hasMachines = true, id } = shown as (typeof views)[number];
  return (
    <>
      <Header />
      <NoticeLine />
      {hasMachines && <VerdictBar />}
      <main class={`view-${id}${hasMachines ? '' : ' alone'}`}>
        <EditorColumn />
        <section class="view" aria-label={title}>
          {hasSetup && <Setup />}
          <Component />
        </section>
        {asides.map((Aside) => (
          <Aside key={Aside.displayName ?? Aside.name} />
        ))}
      </main>
      {hasMachines && <TimeBar />}
      <output class="vh">{said.value}</output>
      <Printed />
      <Dialogs />
    </>
  );
}

function Header(): VNode {
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the links scroll: the one that is shown stays in sight.
  useSignalEffect(() => {
    const now = views.findIndex(({ id }) => id === view.value);
    nav.current?.children[now]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  return (
    <header class="page-head">
      <h1>ringlab</h1>
      <nav aria-label="Views" ref={nav}>
        {views.map(({ id, title }) => (
          <a
            key={id}
            href={`#1.${id}`}
            aria-current={view.value === id ? 'page' : undefined}
            onClick={(event) => {
              event.preventDefault();
              view.value = id;
            }}
          >
            {title}
          </a>
        ))}
      </nav>
      <div class="tools">
        <Tool
          icon="editor"
          name="Editor (E)"
          pressed={editorIsOpen.value}
          onClick={() => flip(editorIsOpen)}
        />
        <Tool icon="tour" name="Tours (T)" pressed={tour.value !== undefined} onClick={toggleTours} />
        <Tool icon="link" name="Link (Y)" onClick={() => open('link')} />
        <Tool
          icon="present"
          name="Projector mode (P)"
          pressed={presents.value}
          onClick={() => flip(presents)}
        />
        <Tool icon="theme" name={`Colours: ${theme.value} (C)`} onClick={changeTheme} />
        <Tool icon="print" name="Print" onClick={() => print()} />
        <Tool icon="help" name="Keys (?)" onClick={() => open('help')} />
      </div>
    </header>
  );
}

function flip(flag: { value: boolean }): void {
  flag.value = !flag.value;
}

function open(dialog: 'help' | 'link'): void {
  shownDialog.value = dialog;
}

interface ToolProps {
  readonly icon: IconName;
  readonly name: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, name, pressed, onClick }: ToolProps): VNode {
  return (
    <button
      type="button"
      class="round"
      title={name}
      aria-label={name}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
