// Builds api/web from web/: same sources and lock, same bytes. Every input and output is listed
// with its sha256 in api/web/build.json, so that a test without Node can tell a stale build.
//
// Scripts and styles keep their names; only what is loaded later carries a hash. The server puts all of
// them under /assets/<build>/, which it may let browsers keep for good.

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const HERE = fileURLToPath(new URL('.', import.meta.url))
// BUILD_OUT: another folder, to try something.
const TARGET = process.env.BUILD_OUT ?? fileURLToPath(new URL('../api/web', import.meta.url))
// Built beside it first: a build that fails leaves the pages as they are.
const OUT = mkdtempSync(join(tmpdir(), 'mirepoix-web-'))
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
const licences = (metafiles) => {
  const names = new Set(
    metafiles
      .flatMap(({ outputs }) => Object.values(outputs))
      .flatMap(({ inputs }) => Object.keys(inputs))
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
mkdirSync(join(OUT, 'assets'))

const pages = PAGES.filter((page) => existsSync(`src/${page}/main.tsx`))
// Each page by itself: a guest's telephone must not load, nor keep, what only the editor needs.
const metafiles = {}
for (const page of pages) {
  const { metafile } = await build({
    ...options,
    entryPoints: [{ in: `src/${page}/main.tsx`, out: page }],
    outdir: join(OUT, 'assets'),
    jsx: 'automatic',
    jsxImportSource: 'preact',
    format: 'esm',
    splitting: true,
    chunkNames: `${page}-[hash]`,
  })
  metafiles[page] = metafile
}
await build({
  ...options,
  entryPoints: pages.map((page) => ({ in: `src/styles/${page}.css`, out: page })),
  outdir: join(OUT, 'assets'),
})
cpSync('public', join(OUT, 'assets'), { recursive: true })
for (const name of ['manifest.webmanifest']) {
  if (existsSync(join(OUT, 'assets', name))) {
    cpSync(join(OUT, 'assets', name), join(OUT, name))
    rmSync(join(OUT, 'assets', name))
  }
}
writeFileSync(join(OUT, 'assets/licences.txt'), licences(Object.values(metafiles)))

const scriptsOf = (page) =>
  Object.keys(metafiles[page].outputs)
    .map((path) => path.split('/').pop())
    .sort()
const firstScripts = (page) => {
  const { outputs } = metafiles[page]
  const found = new Set()
  const walk = (path) => {
    if (found.has(path)) return
    found.add(path)
    for (const { path: next, kind } of outputs[path].imports) if (kind === 'import-statement') walk(next)
  }
  walk(Object.keys(outputs).find((path) => path.endsWith(`/${page}.js`)))
  return [...found].map((path) => path.split('/').pop()).sort()
}
// A page names all it needs at once, so that nothing waits for a script to say what it imports.
for (const page of pages) {
  const links = firstScripts(page)
    .filter((name) => name !== `${page}.js`)
    .map((name) => `<link rel="modulepreload" href="/assets/%BUILD%/${name}">\n`)
  const html = readFileSync(`pages/${page}.html`, 'utf8')
  const at = html.indexOf('<script ')
  writeFileSync(join(OUT, `${page}.html`), html.slice(0, at) + links.join('') + html.slice(at))
}
// What the worker keeps for a page: its own files and the icons.
const filesOf = (page) => [
  `${page}.css`,
  ...scriptsOf(page),
  ...readdirSync('public')
    .filter((name) => /\.(svg|png)$/.test(name))
    .sort(),
]

// What the worker keeps, and what the build is called: the hash of all of it.
const kept = filesIn(OUT).filter((file) => file.endsWith('.html') || /\.(js|css|svg|png|webmanifest)$/.test(file))
const number = sha256(
  ...kept.map((file) => readFileSync(file)),
  existsSync('src/sw.ts') ? readFileSync('src/sw.ts') : '',
).slice(0, 12)
if (existsSync('src/sw.ts')) {
  await build({
    ...options,
    entryPoints: ['src/sw.ts'],
    outfile: join(OUT, 'sw.js'),
    format: 'iife',
    define: {
      BUILD: JSON.stringify(number),
      FILES: JSON.stringify(Object.fromEntries(pages.map((page) => [page, filesOf(page)]))),
    },
  })
}

const inputs = [
  ...INPUT_FILES.map((name) => join(HERE, name)),
  ...INPUT_FOLDERS.flatMap((name) => filesIn(join(HERE, name))),
]
// What a page loads before it shows anything, compressed as the server does, and what it loads later.
const gzipped = (names) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(OUT, 'assets', name)), { level: 9 }).length, 0)
const sizes = Object.fromEntries(
  pages.map((page) => {
    const first = firstScripts(page)
    const later = scriptsOf(page).filter((name) => !first.includes(name))
    return [page, { script: gzipped(first), later: gzipped(later), style: gzipped([`${page}.css`]), first }]
  }),
)
const manifest = { build: number, sizes, inputs: hashes(HERE, inputs), outputs: hashes(OUT, filesIn(OUT)) }
writeFileSync(join(OUT, 'build.json'), `${JSON.stringify(manifest, null, 2)}\n`)
mkdirSync(TARGET, { recursive: true })
for (const entry of readdirSync(TARGET)) {
  if (!/\.pyc?$|^__pycache__$/.test(entry)) rmSync(join(TARGET, entry), { recursive: true })
}
cpSync(OUT, TARGET, { recursive: true })
rmSync(OUT, { recursive: true })
for (const [page, { script, later, style }] of Object.entries(sizes)) {
  const [first, rest, css] = [script, later, style].map((bytes) => (bytes / 1024).toFixed(1))
  console.log(`${page}: ${first} KiB of scripts first, ${rest} later, ${css} of styles (gzip)`)
}
