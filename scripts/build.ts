/** Bundles the programs into dist/: `berth` and `berthd`, sharing chunks, so that a command loads only what it runs. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

// The build id tells two builds of one version apart, so that a rebuilt CLI replaces a daemon of the older build.
const sources = globSync('src/**/*.ts', { cwd: root }).sort()
const digest = createHash('sha256')
for (const file of [...sources, 'package-lock.json']) digest.update(file).update(readFileSync(join(root, file)))
const buildId = digest.digest('hex').slice(0, 8)

// Until both programs have landed, what exists is built.
const programs = { berth: 'src/cli/main.ts', berthd: 'src/daemon/main.ts' }
const entryPoints = Object.fromEntries(Object.entries(programs).filter(([, file]) => existsSync(join(root, file))))

/**
 * Node's own modules, fetched as they are. An ES import of one reads each of its exports, and some of those load half of
 * Node when they are read (`http.WebSocket` brings undici): 40 ms on every command.
 */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup(bundle) {
    bundle.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node-module' }))
    bundle.onLoad({ filter: /.*/, namespace: 'node-module' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  chunkNames: 'chunks/[name]-[hash]',
  define: { BERTH_VERSION: JSON.stringify(`${manifest.version}+${buildId}`) },
  banner: {
    js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
  plugins: [nodeModules],
  logLevel: 'warning',
})
mkdirSync(join(root, 'dist'), { recursive: true })
copyFileSync(join(root, 'package.json'), join(root, 'dist', 'package.json'))
