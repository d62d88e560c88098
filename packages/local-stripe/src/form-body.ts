/** What a form or a query string says, with its brackets as nesting; lists are trees with numbers as names. */
export interface ParameterTree {
  [name: string]: ParameterTree | string;
}

/** Reads `a[b][0]=c` and `a[]=c`. Later values of one name win, as with Stripe. */
export function parseForm(text: string): ParameterTree {
  const tree = emptyTree();
  for (const [name, value] of new URLSearchParams(text)) put(tree, pathOf(name), value);
  return tree;
}

function pathOf(name: string): string[] {
  const [first = '', ...rest] = name.split('[');
  return [first, ...rest.map((part) => part.replace(/\]$/, ''))];
}

function put(tree: ParameterTree, path: string[], value: string): void {
  let place = tree;
  for (const name of path.slice(0, -1)) {
    const inner = place[nameIn(place, name)];
    place = place[nameIn(place, name)] = typeof inner === 'object' ? inner : emptyTree();
  }
  place[nameIn(place, path.at(-1) ?? '')] = value;
}

/** `[]` appends. */
function nameIn(tree: ParameterTree, name: string): string {
  return name === '' ? String(Object.keys(tree).length) : name;
}

/** Without a prototype, so that no name has a special meaning. */
function emptyTree(): ParameterTree {
  return Object.create(null) as ParameterTree;
}
