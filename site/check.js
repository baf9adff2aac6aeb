// Follows every link of the built site: to a file that is there and, behind #, to a place in it.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The files at or below `folder`. */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

const entities = { '&amp;': '&', '&quot;': '"', '&lt;': '<', '&gt;': '>', '&#39;': "'" };
const plain = (text) => text.replaceAll(/&(?:amp|quot|lt|gt|#39);/g, (entity) => entities[entity]);

/** What the attribute `name` is in a page, each time. */
function attributes(html, name) {
  return [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => plain(value));
}

/** The links of the site in `folder`, which is served at the path `base`, that lead nowhere: one text each. */
export function checkSite(folder, base = '/') {
  const ids = new Map();
  const idsOf = (file) => {
    if (!ids.has(file)) ids.set(file, new Set(attributes(readFileSync(file, 'utf8'), 'id')));
    return ids.get(file);
  };
  const pages = filesIn(folder).filter(
    (file) => file.endsWith('.html') && !relative(folder, file).startsWith('lab'),
  );
  return pages.flatMap((page) => {
    const html = readFileSync(page, 'utf8');
    const links = [...attributes(html, 'href'), ...attributes(html, 'src')];
    return [...new Set(links)].flatMap((link) => {
      const reason = deadReason(
        folder,
        page,
        link.startsWith(base) ? `/${link.slice(base.length)}` : link,
        idsOf,
      );
      return reason === undefined ? [] : [`${relative(folder, page)}: ${link}: ${reason}`];
    });
  });
}

function deadReason(folder, page, link, idsOf) {
  if (/^([a-z]+:|\/\/)/.test(link)) return undefined;
  const [path, anchor] = link.split('#');
  const place =
    path === ''
      ? page
      : path.startsWith('/')
        ? join(folder, decodeURI(path))
        : join(dirname(page), decodeURI(path));
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const file = isFolder ? join(place, 'index.html') : place;
  if (!existsSync(file)) return 'there is no such page';
  if (!anchor || !file.endsWith('.html')) return undefined;
  return idsOf(file).has(decodeURIComponent(anchor)) ? undefined : 'there is no such place in the page';
}
