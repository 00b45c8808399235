/** Bundles the programs into dist/: each a launcher, a bundle and V8's code cache for that. */
import { createHash } from 'node:crypto'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const launcher = readFileSync(join(root, 'scripts', 'launcher.cjs'), 'utf8')

// The build id tells two builds of one version apart, so that a rebuilt CLI replaces a daemon of the older build.
const sources = globSync('src/**/*.ts', { cwd: root }).sort()
const digest = createHash('sha256')
for (const file of [...sources, 'package-lock.json']) digest.update(file).update(readFileSync(join(root, file)))
const version = `${manifest.version}+${digest.digest('hex').slice(0, 8)}`

rmSync(join(root, 'dist'), { recursive: true, force: true })
await bundle('berth', 'src/cli/main.ts')
await bundle('berthd', 'src/daemon/main.ts')
await bundle('berth-resolver', 'src/daemon/resolver-main.ts')
writeFileSync(join(root, 'dist', 'package.json'), JSON.stringify({ type: 'commonjs' }))

/**
 * A program on its own, as one file: what it loads only when it needs it lies in there asleep. Not ES modules, of which
 * Node looks up each (1.3 ms) and cannot take the code from a cache made here.
 */
async function bundle(name: string, entryPoint: string): Promise<void> {
  const file = join(root, 'dist', `${name}.bundle.js`)
  await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile: file,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    define: { BERTH_VERSION: JSON.stringify(version), 'import.meta.dirname': '__dirname' },
    banner: { js: '(function (require, module, exports, __dirname) {' },
    footer: { js: '})' },
    logLevel: 'warning',
  })
  writeFileSync(join(root, 'dist', `${name}.js`), launcher.replace('NAME', name))
  writeFileSync(`${file}.cache`, new Script(readFileSync(file, 'latin1'), { filename: file }).createCachedData())
}
