/** What of the programs wakes late: a start that needs none of it is a third shorter, and berthd takes 10 MB less. */
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

/** Modules of Node's own that many commands do without, and that take long to wake (crypto alone 5 ms and 3 MB). */
const lateBuiltins = [
  'child_process',
  'crypto',
  'fs/promises',
  'http',
  'https',
  'net',
  'readline',
  'readline/promises',
  'stream',
  'stream/promises',
  'timers/promises',
  'tls',
  'zlib',
]

/** Packages of which the same is true. */
const latePackages = ['execa', 'smol-toml', 'yaml']

const partOf = (thePackage: string) => `late-${thePackage}`

/** Entry points that become parts of their own. */
export const lateParts = {
  'zod-used': 'scripts/bundle/zod-used.ts',
  ...Object.fromEntries(latePackages.map((name) => [partOf(name), name])),
}

/** Has the modules below `sources` ask for these parts; for zod they get what wakes it when a schema is used. */
export const latePlugin = (sources: string): Plugin => ({
  name: 'late',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${latePackages.join('|')})$`) }, ({ importer, path }) =>
      importer.startsWith(sources) ? { path: `./${partOf(path)}.js`, external: true } : undefined,
    )
    build.onResolve({ filter: /^zod$/ }, ({ importer }) =>
      importer.startsWith(sources) ? { path: join(import.meta.dirname, 'zod-later.ts') } : undefined,
    )
    build.onResolve({ filter: /zod-used\.js$/ }, () => ({ path: './zod-used.js', external: true }))
  },
})

/** How esbuild asks for what can wake late: by name, and never for all there is. */
const lateImport = new RegExp(
  `^(var \\w+ = )(require\\("(?:node:(?:${lateBuiltins.join('|')})|\\./${partOf('[a-z-]+')}\\.js)"\\));$`,
  'gm',
)

/** A part's code that wakes what it imports when it first uses it, with `later` of the bundle (see build.ts). */
export const withLateImports = (code: string): string => code.replaceAll(lateImport, '$1later(() => $2);')
