/** How the page looks: theme and projector mode. The theme is remembered; projector mode is not, for it belongs to a room. */
import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

export const theme = signal<Theme>('auto');
export const presents = signal(false);

const stored = 'ringlab-theme';

/** The next of the three. */
export function changeTheme(): void {
  const order: readonly Theme[] = ['auto', 'light', 'dark'];
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] as Theme;
}

/** Takes over what was remembered and what the address asks for, and shows changes from then on. */
export function followAppearance(): void {
  const asked = new URLSearchParams(location.search);
  presents.value = asked.has('present');
  document.documentElement.classList.toggle('embedded', asked.has('embed'));
  try {
    const known = localStorage.getItem(stored);
    if (known === 'light' || known === 'dark') theme.value = known;
  } catch {
    // Nothing is remembered where the browser stores nothing.
  }
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === 'auto') delete dataset.theme;
    else dataset.theme = theme.value;
    try {
      localStorage.setItem(stored, theme.value);
    } catch {
      // As above.
    }
  });
  effect(() => {
    document.documentElement.classList.toggle('present', presents.value);
  });
}
