// Builds api/web from web/: same sources and lock, same bytes. Every input and output is listed
// with its sha256 in api/web/build.json, so that a test without Node can tell a stale build.
//
// Scripts and styles keep their names; only shared chunks carry a hash. The server puts all of
// them under /assets/<build>/, which it may let browsers keep for good.

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const OUT = fileURLToPath(new URL('../api/web', import.meta.url))
const INPUT_FILES = ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json']
const INPUT_FOLDERS = ['src', 'pages', 'public']
const PAGES = ['home', 'editor', 'kitchen', 'guest', 'ops', 'settings']

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(py|pyc)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

const hashes = (root, files) =>
  Object.fromEntries(
    files
      .map((file) => [relative(root, file).replaceAll('\\', '/'), sha256(readFileSync(file))])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

// The licences of what ends up in the scripts ask for their text to travel along.
const licences = (metafile) => {
  const names = new Set(
    Object.entries(metafile.outputs)
      .filter(([path]) => path.endsWith('.js'))
      .flatMap(([, output]) => Object.keys(output.inputs))
      .map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
      .filter(Boolean),
  )
  return [...names]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file === undefined ? `${license} licence` : readFileSync(join(folder, file), 'utf8').trim()
      return `${name} ${version}\n\n${text}\n`
    })
    .join('\n----\n\n')
}

const options = {
  bundle: true,
  minify: true,
  target: ['chrome100', 'safari15.4', 'firefox100'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
}

process.chdir(HERE)
for (const entry of readdirSync(OUT)) {
  if (!/\.pyc?$|^__pycache__$/.test(entry)) rmSync(join(OUT, entry), { recursive: true })
}
mkdirSync(join(OUT, 'assets'))

const pages = PAGES.filter((page) => existsSync(`src/${page}/main.tsx`))
const scripts = await build({
  ...options,
  entryPoints: pages.map((page) => ({ in: `src/${page}/main.tsx`, out: page })),
  outdir: join(OUT, 'assets'),
  jsx: 'automatic',
  jsxImportSource: 'preact',
  format: 'esm',
  splitting: true,
  chunkNames: 'shared-[hash]',
})
await build({
  ...options,
  entryPoints: pages.map((page) => ({ in: `src/styles/${page}.css`, out: page })),
  outdir: join(OUT, 'assets'),
})
for (const page of pages) cpSync(`pages/${page}.html`, join(OUT, `${page}.html`))
cpSync('public', join(OUT, 'assets'), { recursive: true })
for (const name of ['manifest.webmanifest']) {
  if (existsSync(join(OUT, 'assets', name))) {
    cpSync(join(OUT, 'assets', name), join(OUT, name))
    rmSync(join(OUT, 'assets', name))
  }
}
writeFileSync(join(OUT, 'assets/licences.txt'), licences(scripts.metafile))

// What the worker keeps, and what the build is called: the hash of all of it.
const kept = filesIn(OUT).filter((file) => file.endsWith('.html') || /\.(js|css|svg|png|webmanifest)$/.test(file))
const number = sha256(...kept.map((file) => readFileSync(file)), existsSync('src/sw.ts') ? readFileSync('src/sw.ts') : '').slice(0, 12)
if (existsSync('src/sw.ts')) {
  await build({
    ...options,
    entryPoints: ['src/sw.ts'],
    outfile: join(OUT, 'sw.js'),
    format: 'iife',
    define: {
      BUILD: JSON.stringify(number),
      FILES: JSON.stringify(kept.map((file) => relative(OUT, file).replaceAll('\\', '/')).filter((file) => file.startsWith('assets/'))),
    },
  })
}

const inputs = [...INPUT_FILES.map((name) => join(HERE, name)), ...INPUT_FOLDERS.flatMap((name) => filesIn(join(HERE, name)))]
// What a page loads before anything is shown, compressed as the server does: scripts with what they import at once.
const closure = (entry, found = new Set()) => {
  if (found.has(entry)) return found
  found.add(entry)
  for (const { path, kind } of scripts.metafile.outputs[entry].imports) {
    if (kind === 'import-statement') closure(path, found)
  }
  return found
}
const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length
const sizes = Object.fromEntries(
  pages.map((page) => {
    const entry = Object.keys(scripts.metafile.outputs).find((path) => path.endsWith(`assets/${page}.js`))
    const script = [...closure(entry)].reduce((sum, path) => sum + gzipped(path), 0)
    return [page, { script, style: gzipped(join(OUT, `assets/${page}.css`)), files: [...closure(entry)].map((path) => path.split('/').pop()).sort() }]
  }),
)
const manifest = { build: number, sizes, inputs: hashes(HERE, inputs), outputs: hashes(OUT, filesIn(OUT)) }
writeFileSync(join(OUT, 'build.json'), `${JSON.stringify(manifest, null, 2)}\n`)
for (const [page, { script, style }] of Object.entries(sizes)) {
  console.log(`${page}: ${(script / 1024).toFixed(1)} KiB of scripts, ${(style / 1024).toFixed(1)} KiB of styles (gzip)`)
}
