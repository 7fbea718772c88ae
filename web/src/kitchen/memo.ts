// Renders a component again only when one of its props is another one. Preact has this in its compat layer,
// which is larger than these lines.

import { Component, type ComponentChild, createElement, type FunctionComponent } from 'preact'

/** The component, skipped while its props are the same. */
export function memo<P extends object>(render: (props: P) => ComponentChild): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return isOther(new Map(Object.entries(this.props)), Object.entries(next))
    }
    override render() {
      return createElement(render, this.props as P)
    }
  }
  return (props) => createElement(Memo, props)
}

function isOther(before: ReadonlyMap<string, unknown>, next: readonly [string, unknown][]): boolean {
  return next.length !== before.size || next.some(([key, value]) => before.get(key) !== value)
}
