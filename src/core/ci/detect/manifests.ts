/** Names of files whose text detection reads. */
const manifests = new Set(
  [
    'package.json pnpm-workspace.yaml Cargo.toml go.mod go.work pyproject.toml setup.cfg tox.ini Pipfile',
    '.pre-commit-config.yaml pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts Gemfile Rakefile',
    'composer.json Makefile makefile GNUmakefile justfile Justfile .justfile',
  ].flatMap((line) => line.split(' ')),
)

/** Deeper manifests belong to something else in nearly every repository. */
export const deepest = 5

/** Whether detection needs the text of a file. */
export function isManifest(path: string): boolean {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  return parts.length <= deepest && (manifests.has(name) || /^requirements.*\.(txt|in)$/.test(name))
}
