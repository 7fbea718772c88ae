// Builds api/web from web/: same sources and lock, same bytes. Every input and output is listed
// with its sha256 in api/web/build.json, so that a test without Node can tell a stale build.

import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const OUT = fileURLToPath(new URL('../api/web', import.meta.url))
const INPUT_FILES = ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json']
const INPUT_FOLDERS = ['src', 'static']

const filesIn = folder => readdirSync(folder, { withFileTypes: true, recursive: true })
  .filter(entry => entry.isFile() && !/\.(py|pyc)$/.test(entry.name))
  .map(entry => join(entry.parentPath ?? entry.path, entry.name))
  .sort()

const hashes = (root, files) => Object.fromEntries(files
  .map(file => [relative(root, file).replaceAll('\\', '/'), createHash('sha256').update(readFileSync(file)).digest('hex')])
  .sort(([a], [b]) => (a < b ? -1 : 1)))

// The licences of what ends up in the scripts ask for their text to travel along.
const licences = metafile => {
  const names = new Set(Object.entries(metafile.outputs)
    .filter(([path]) => path.endsWith('.js'))
    .flatMap(([, output]) => Object.keys(output.inputs))
    .map(path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter(Boolean))
  return [...names].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? `${license} licence` : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  }).join('\n----\n\n')
}

process.chdir(HERE)
for (const entry of readdirSync(OUT)) {
  if (!/\.pyc?$|^__pycache__$/.test(entry)) rmSync(join(OUT, entry), { recursive: true })
}
mkdirSync(join(OUT, 'assets'))

const result = await build({
  entryPoints: ['src/home.ts', 'src/menu.ts', 'src/style.css'],
  outdir: join(OUT, 'assets'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome100', 'safari15.4', 'firefox100'],
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning'
})

cpSync('static/index.html', join(OUT, 'index.html'))
cpSync('static/menu.html', join(OUT, 'menu.html'))
cpSync('static/icon.svg', join(OUT, 'assets/icon.svg'))
writeFileSync(join(OUT, 'assets/licences.txt'), licences(result.metafile))

const inputs = [...INPUT_FILES.map(name => join(HERE, name)), ...INPUT_FOLDERS.flatMap(name => filesIn(join(HERE, name)))]
const manifest = { inputs: hashes(HERE, inputs), outputs: hashes(OUT, filesIn(OUT)) }
writeFileSync(join(OUT, 'build.json'), JSON.stringify(manifest, null, 2) + '\n')
for (const [path, { bytes }] of Object.entries(result.metafile.outputs)) console.log(`${relative(OUT, path)}: ${bytes} bytes`)
