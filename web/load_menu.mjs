// The menu modules of the browser client as Node can run them, with the copy of Yjs they use.

import { build } from 'esbuild'

const MODULES = ['code_points', 'registers', 'menu', 'plain_json']

export const loadMenu = async () => {
  const contents = ["export * as Y from 'yjs'", ...MODULES.map((name) => `export * from './src/menu/${name}'`)].join(
    '\n',
  )
  const {
    outputFiles: [file],
  } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  })
  return await import(`data:text/javascript;base64,${Buffer.from(file.contents).toString('base64')}`)
}
