// The pages as text: one file with everything in it, and the parts of a static site.
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b5cad"/><circle cx="16" cy="16" r="9" fill="none" stroke="#fff" stroke-width="3"/><circle cx="16" cy="16" r="3.500" fill="#fff"/></svg>`;

const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** What may be in a page: its own scripts and styles, WebAssembly, and no network but, in the split build, its own host. */
const policy = (sources) =>
  `default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' ${sources}; worker-src blob: ${sources}; style-src 'unsafe-inline' ${sources}; img-src data: ${sources}; manifest-src ${sources || "'none'"}; connect-src ${sources || "'none'"}; base-uri 'none'; form-action 'none'`;

/** A script as the page unpacks it (page/embedded.ts): half of the file would be the worker otherwise. */
const packed = (text) => deflateRawSync(text, { level: 9 }).toString('base64');

/** Text inside a script element: nothing in it ends the element. */
const inScript = (text) => text.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');
const asScript = (value) => inScript(JSON.stringify(value));

function page({ html, embedded, head, tail, sources, licences }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(sources)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="description" content="A virtualization laboratory: the same guest on the bare machine and under a monitor, step by step.">
<title>ringlab laboratory</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
${head}
<script>if(location.hash.length>1)document.documentElement.className='waits'</script>
</head>
<body>
<div id="app">${html}</div>
<noscript><p>The laboratory runs in this page, as a script; this browser runs none.</p></noscript>
<script>globalThis.ringlabLaboratory=${asScript(embedded)}</script>
${tail}
</body>
</html>
<!--
${licences.replaceAll('--', '- -')}
-->
`;
}

/** Every file of dist/web by its name. */
export function makePages({ worker, pool, script, style, embedded, html, licences }) {
  const names = {
    worker: `worker-${hashOf(worker)}.js`,
    pool: `pool-${hashOf(pool)}.js`,
    script: `page-${hashOf(script)}.js`,
    style: `page-${hashOf(style)}.css`,
  };
  const whole = page({
    html,
    embedded,
    licences,
    sources: '',
    head: `<style>${style}</style>`,
    tail: `<script type="text/plain" id="worker">${packed(worker)}</script>\n<script type="text/plain" id="pool">${packed(pool)}</script>\n<script>${inScript(script)}</script>`,
  });
  const split = page({
    html,
    embedded,
    licences,
    sources: "'self'",
    head: `<link rel="manifest" href="manifest.webmanifest">\n<link rel="stylesheet" href="${names.style}">`,
    tail: `<script id="worker" type="text/plain" data-source="${names.worker}"></script>\n<script id="pool" type="text/plain" data-source="${names.pool}"></script>\n<script src="${names.script}"></script>`,
  });
  const cached = [
    './',
    names.worker,
    names.pool,
    names.script,
    names.style,
    'manifest.webmanifest',
    'icon.svg',
  ];
  return {
    'ringlab-lab.html': whole,
    'index.html': split,
    [names.worker]: worker,
    [names.pool]: pool,
    [names.script]: script,
    [names.style]: style,
    'icon.svg': icon,
    'manifest.webmanifest': `${JSON.stringify({
      name: 'ringlab laboratory',
      short_name: 'ringlab',
      start_url: './',
      display: 'standalone',
      background_color: '#ffffff',
      theme_color: '#0b5cad',
      icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' }],
    })}\n`,
    'sw.js': serviceWorker(hashOf([split, ...cached].join()), cached),
  };
}

/** Caches the site at the first visit, and answers from there: a new version has another cache. */
function serviceWorker(version, cached) {
  return `const cache = 'ringlab-${version}';
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cache).then((store) => store.addAll(${JSON.stringify(cached)})).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('ringlab-') && name !== cache);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || new URL(event.request.url).origin !== location.origin) return;
  event.respondWith(caches.open(cache).then((store) => store.match(event.request, { ignoreSearch: true })).then((found) => found ?? fetch(event.request)));
});
`;
}
