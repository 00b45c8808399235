/** Bundles the programs into dist/: `berth` and `berthd`, each with chunks for what it loads only when it needs it. */
import { createHash } from 'node:crypto'
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

// The build id tells two builds of one version apart, so that a rebuilt CLI replaces a daemon of the older build.
const sources = globSync('src/**/*.ts', { cwd: root }).sort()
const digest = createHash('sha256')
for (const file of [...sources, 'package-lock.json']) digest.update(file).update(readFileSync(join(root, file)))
const version = `${manifest.version}+${digest.digest('hex').slice(0, 8)}`

rmSync(join(root, 'dist'), { recursive: true, force: true })
await bundle('berth', 'src/cli/main.ts')
await bundle('berthd', 'src/daemon/main.ts')
await bundle('berth-resolver', 'src/daemon/resolver-main.ts')
copyFileSync(join(root, 'package.json'), join(root, 'dist', 'package.json'))

/** A program on its own: what the other one shares would be files to open at each start. */
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
    chunkNames: `chunks/${name}-[name]-[hash]`,
    define: { BERTH_VERSION: JSON.stringify(version) },
    banner: { js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    logLevel: 'warning',
    write: false,
  })
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, fetchBuiltins(text))
  }
}

/**
 * Node's own modules, fetched instead of imported. An ES import of one reads each of its exports, and some of those load
 * half of Node when they are read (`http.WebSocket` brings undici): 40 ms on every command.
 */
function fetchBuiltins(text: string): string {
  return text.replaceAll(
    /^import (?:([\w$]+)|\* as ([\w$]+)|(\{[^}]*\})) from "([^"]+)";$/gm,
    (line, name, all, some, module) => {
      if (!isBuiltin(module)) return line
      const names = name ?? all ?? some.replaceAll(' as ', ': ')
      return `const ${names} = process.getBuiltinModule(${JSON.stringify(module)});`
    },
  )
}
