import { at, isBelow, type Listing } from './listing.ts'
import type { DetectedCheck, DetectedTool, DetectedUnit } from './model.ts'
import { tools } from './tools.ts'

/** Maven and Gradle builds; modules belong to the build above them. */
export function detectJava(listing: Listing): DetectedUnit[] {
  const maven = outermost(listing.directoriesWith('pom.xml'))
  const gradle = outermost(listing.directoriesWith(/^(settings|build)\.gradle(\.kts)?$/)).filter(
    (directory) => !maven.includes(directory),
  )
  return [
    ...maven.map((directory) => mavenUnit(listing, directory)),
    ...gradle.map((directory) => gradleUnit(listing, directory)),
  ]
}

/** Those that lie below no other one. */
function outermost(directories: readonly string[]): string[] {
  return directories.filter((one) => !directories.some((other) => other !== one && isBelow(other, one)))
}

function mavenUnit(listing: Listing, directory: string): DetectedUnit {
  const source = at(directory, 'pom.xml')
  const wrapper = listing.has(at(directory, 'mvnw'))
  const tool: DetectedTool = wrapper ? tools.java : tools.maven
  const maven = (...goals: string[]) => [wrapper ? './mvnw' : 'mvn', '--batch-mode', '--no-transfer-progress', ...goals]
  const text = listing.text(source) ?? ''
  const check = checkMaker(directory, source, tool)
  const spotless = text.includes('spotless-maven-plugin')
  return {
    ecosystem: 'java',
    directory,
    checks: [
      ...(spotless ? [check('fmt', maven('spotless:check'), maven('spotless:apply'))] : []),
      ...(text.includes('maven-checkstyle-plugin') ? [check('lint', maven('checkstyle:check'))] : []),
      check('test', maven('test')),
      check('build', maven('package', '-DskipTests')),
    ],
  }
}

function gradleUnit(listing: Listing, directory: string): DetectedUnit {
  const names = ['build.gradle.kts', 'build.gradle', 'settings.gradle.kts', 'settings.gradle']
  const source = listing.firstOf(directory, names) ?? at(directory, 'build.gradle')
  const wrapper = listing.has(at(directory, 'gradlew'))
  const gradle = (...tasks: string[]) => [wrapper ? './gradlew' : 'gradle', '--console=plain', ...tasks]
  const text = listing.text(source) ?? ''
  const check = checkMaker(directory, source, wrapper ? tools.java : tools.gradle)
  const ktlint = text.includes('ktlint')
  return {
    ecosystem: 'java',
    directory,
    checks: [
      ...(/spotless/.test(text) ? [check('fmt', gradle('spotlessCheck'), gradle('spotlessApply'))] : []),
      ...(ktlint ? [check('fmt', gradle('ktlintCheck'), gradle('ktlintFormat'))] : []),
      ...(/\b(checkstyle|pmd|detekt|spotbugs)\b/.test(text) ? [check('lint', gradle('check', '-x', 'test'))] : []),
      check('test', gradle('test')),
      check('build', gradle('assemble')),
    ].filter(({ kind }, index, all) => all.findIndex((other) => other.kind === kind) === index),
  }
}

function checkMaker(directory: string, source: string, tool: DetectedTool) {
  return (
    kind: DetectedCheck['kind'],
    argv: readonly string[],
    fix: readonly string[] | null = null,
  ): DetectedCheck => ({
    kind,
    argv,
    fix,
    source,
    tool,
    prepare: null,
    inputs: [at(directory, '**')],
  })
}
