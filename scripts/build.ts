/** Bundles the programs into dist/: each a launcher, a bundle and V8's code cache for that. */
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Script } from 'node:vm'
import { build, transform } from 'esbuild'

const root = join(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const launcher = readFileSync(join(root, 'scripts', 'launcher.cjs'), 'utf8')

// The build id tells two builds of one version apart, so that a rebuilt CLI replaces a daemon of the older build.
const sources = globSync('src/**/*.ts', { cwd: root }).sort()
const digest = createHash('sha256')
for (const file of [...sources, 'package-lock.json']) digest.update(file).update(readFileSync(join(root, file)))
const version = `${manifest.version}+${digest.digest('hex').slice(0, 8)}`

rmSync(join(root, 'dist'), { recursive: true, force: true })
mkdirSync(join(root, 'dist'))
await bundle('berth', 'src/cli/main.ts')
await bundle('berthd', 'src/daemon/main.ts')
await bundle('berth-resolver', 'src/daemon/resolver-main.ts')
writeFileSync(join(root, 'dist', 'package.json'), JSON.stringify({ type: 'commonjs' }))

/**
 * A program on its own, as one file of parts; those it loads only when it needs them lie in there asleep. Not ES modules,
 * of which Node looks up each (1.3 ms) and cannot take the code from a cache made here.
 */
async function bundle(name: string, entryPoint: string): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: entryPoint },
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
  const parts = await Promise.all(outputFiles.map(async ({ path, text }) => part(basename(path), text)))
  const file = join(root, 'dist', `${name}.bundle.js`)
  writeFileSync(file, pack(`${name}.js`, parts))
  writeFileSync(join(root, 'dist', `${name}.js`), launcher.replace('NAME', name))
  writeFileSync(`${file}.cache`, new Script(readFileSync(file, 'latin1'), { filename: file }).createCachedData())
}

/** An ES module as a part of a bundle, which asks for others with `require`. */
async function part(name: string, text: string): Promise<string> {
  const supported = { 'dynamic-import': false }
  const { code } = await transform(text, { format: 'cjs', platform: 'node', target: 'node24', supported })
  // in brackets, for V8 compiles such a function at once, which puts it into the cache
  return `${JSON.stringify(name)}: (function (require, module, exports) {\n${code}})`
}

/** The file's text: a function that runs its first part. Parts are known by their file names, and run once. */
function pack(first: string, parts: readonly string[]): string {
  return `(function (require, __dirname) {
const parts = {
${parts.join(',\n')}
}
const loaded = {}
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
