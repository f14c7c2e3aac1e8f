/**
 * The colours of the page, as CSS variables for light and dark. Text colours keep at least 4.5:1 on
 * `paper` and on `card` (WCAG 2.2, 1.4.3), marks at least 3:1 (1.4.11); the browser test measures
 * the text. No meaning rests on colour alone: shapes, dashes and words repeat it.
 */
type Palette = Readonly<Record<string, string>>;

const LIGHT: Palette = {
  paper: '#f8f7f3',
  card: '#ffffff',
  ink: '#1e2429',
  soft: '#59626b',
  line: '#dedbd2',
  wash: '#f1efe8',
  network: '#0b6a72',
  intent: '#a2470c',
  distillation: '#9c1f46',
  'account-network': '#0b6a72',
  review: '#6a5a10',
  slot: '#f6e7b8',
  'slot-ink': '#574706',
  band: '#d9d6cb',
  'heat-1': '#b9dbd8',
  'heat-2': '#80bdbb',
  'heat-3': '#46989a',
  'heat-4': '#177279',
  'heat-5': '#07474f',
  'kind-0': '#0b6a72',
  'kind-1': '#a2470c',
  'kind-2': '#5c3fa3',
  'kind-3': '#2f6b20',
  'kind-4': '#9c1f46',
  'kind-5': '#59626b',
};

const DARK: Palette = {
  paper: '#13171a',
  card: '#1b2024',
  ink: '#e7e5df',
  soft: '#a7adb3',
  line: '#343b41',
  wash: '#22282d',
  network: '#63c5ca',
  intent: '#f0a56b',
  distillation: '#f48fab',
  'account-network': '#63c5ca',
  review: '#d8c162',
  slot: '#4a4016',
  'slot-ink': '#f3e2a0',
  band: '#454d54',
  'heat-1': '#1f4248',
  'heat-2': '#276268',
  'heat-3': '#36878c',
  'heat-4': '#5cb4b7',
  'heat-5': '#a9ecec',
  'kind-0': '#63c5ca',
  'kind-1': '#f0a56b',
  'kind-2': '#b7a1f2',
  'kind-3': '#93cf7f',
  'kind-4': '#f48fab',
  'kind-5': '#a7adb3',
};

const declarations = (palette: Palette): string =>
  Object.entries(palette)
    .map(([key, value]) => `--${key}:${value};`)
    .join('');

export const paletteCss = `
:root{color-scheme:light dark;${declarations(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root{${declarations(DARK)}}}
`;
