// What the test runner has beside the browser: as much of it as these tests use.
declare module 'node:fs' {
  export function readFileSync(path: string, encoding: 'utf8'): string
  export function readdirSync(path: string, options: { recursive: true; encoding: 'utf8' }): string[]
}

interface ImportMeta {
  glob<T>(pattern: string, options: { eager: true }): Record<string, T>
}
