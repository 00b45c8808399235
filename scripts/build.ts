/** Bundles the programs into dist/: each a launcher, a bundle and V8's code cache for that. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Script } from 'node:vm'
import { build, transform } from 'esbuild'
import { lateParts, latePlugin, withLateImports } from './bundle/late.ts'
import { rehearse } from './bundle/rehearse.ts'

const root = join(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const launcher = readFileSync(join(root, 'scripts', 'bundle', 'launcher.cjs'), 'utf8')

// The build id tells two builds of one version apart, so that a rebuilt CLI replaces a daemon of the older build.
const sources = globSync(['src/**/*.ts', 'scripts/{build.ts,bundle/*}'], { cwd: root }).sort()
const digest = createHash('sha256')
for (const file of [...sources, 'package-lock.json']) digest.update(file).update(readFileSync(join(root, file)))
const version = `${manifest.version}+${digest.digest('hex').slice(0, 8)}`

const dist = join(root, 'dist')
const next = `${dist}.next`
const last = `${dist}.last`
remove(next)
mkdirSync(next)
// `berth mcp` brings 750 KB along that no other command needs: in the cache every one would read them
await bundle('berth', 'src/cli/main.ts', { largestCached: 500_000 })
await bundle('berthd', 'src/daemon/main.ts', { late: true })
await bundle('berth-resolver', 'src/daemon/resolver-main.ts')
writeFileSync(join(next, 'package.json'), JSON.stringify({ type: 'commonjs' }))
await rehearse(next).catch((error: unknown) => console.error('build: starts will be slower:', error))
replaceDist()

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

/** At once, so that whoever runs berth meanwhile finds either build whole. */
function replaceDist(): void {
  remove(last)
  if (existsSync(dist)) renameSync(dist, last)
  renameSync(next, dist)
  remove(last)
}

/**
 * A program on its own, as one file of parts; those it loads only when it needs them lie in there asleep. Not ES modules,
 * of which Node looks up each (1.3 ms) and cannot take the code from a cache made here.
 */
async function bundle(
  name: string,
  entryPoint: string,
  { largestCached = Number.POSITIVE_INFINITY, late = false }: { largestCached?: number; late?: boolean } = {},
): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: entryPoint, ...(late && lateParts) },
    plugins: late ? [latePlugin(join(root, 'src'))] : [],
    logOverride: { 'import-is-undefined': 'error' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    define: { BERTH_VERSION: JSON.stringify(version), 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
    write: false,
  })
  const parts = await Promise.all(outputFiles.map(async ({ path, text }) => part(basename(path), text, largestCached)))
  const file = join(next, `${name}.bundle.js`)
  writeFileSync(file, pack(`${name}.js`, parts))
  writeFileSync(join(next, `${name}.js`), launcher.replace('NAME', name))
  writeFileSync(`${file}.cache`, new Script(readFileSync(file, 'latin1'), { filename: file }).createCachedData())
}

/** An ES module as a part of a bundle, which asks for others with `require`; a larger one is compiled when it wakes. */
async function part(name: string, text: string, largestCached: number): Promise<string> {
  const supported = { 'dynamic-import': false }
  const { code } = await transform(text, { format: 'cjs', platform: 'node', target: 'node24', supported })
  // in brackets, for V8 compiles such a function at once, which puts it into the cache
  const body = `function (require, module, exports) {\n${withLateImports(code)}}`
  return `${JSON.stringify(name)}: ${code.length > largestCached ? body : `(${body})`}`
}

/** The file's text: a function that runs its first part. Parts are known by their file names, and run once. */
function pack(first: string, parts: readonly string[]): string {
  return `(function (require, __dirname) {
const parts = {
${parts.join(',\n')}
}
const loaded = {}
const later = (wake) => new Proxy({}, { get: (_, name) => property(wake(), name) })
// what is no ES module has its names in one
const property = (module, name) => name in module ? module[name] : module.default[name]
const load = (name) => {
  const part = name.slice(name.lastIndexOf('/') + 1)
  if (!name.startsWith('.') || !(part in parts)) return require(name)
  if (part in loaded) return loaded[part].exports
  const module = (loaded[part] = { exports: {} })
  parts[part](load, module, module.exports)
  return module.exports
}
load(${JSON.stringify(`./${first}`)})
})`
}
