// Building DOM nodes. Text only ever goes in as text.

type Properties = Record<string, string | number | boolean | undefined>

/** An element with attributes (`undefined` and `false` are left out) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Properties = {},
  ...children: Array<Node | string>
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    node.setAttribute(name, value === true ? '' : String(value))
  }
  node.append(...children)
  return node
}

/** The element of the page with this id; its absence is a mistake in the HTML. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const node = document.getElementById(id)
  if (!(node instanceof type)) throw new Error(`the page has no ${type.name} #${id}`)
  return node
}
