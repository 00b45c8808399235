import { execFileSync } from 'node:child_process'

/** A small real repository of a language. */
export interface Language {
  files: Record<string, string>
  /** Stages, in order. */
  stages: string[]
  /** Commands that have to work for them; the language counts as not there without. */
  needs: string[][]
  /** What breaks the repository, and the stages that then fail. */
  broken: { files: Record<string, string>; fail: string[] }
  /** What `--fix` mends again. */
  mended?: string[]
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>x</groupId><artifactId>x</artifactId><version>1</version>
  <properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target></properties>
</project>
`

/** Those whose tools a machine may have. */
export const languages: Record<string, Language> = {
  Rust: {
    files: {
      'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n',
      '.gitignore': 'target\nCargo.lock\n',
      'src/lib.rs': 'pub fn two() -> i32 {\n    2\n}\n\n#[test]\nfn it_is() {\n    assert_eq!(two(), 2);\n}\n',
    },
    stages: ['fmt', 'lint', 'test'],
    needs: [
      ['cargo', 'fmt', '--version'],
      ['cargo', 'clippy', '--version'],
      ['cargo', '--version'],
    ],
    broken: {
      files: { 'src/lib.rs': 'pub fn two() -> i32 {\n3 }\n\n#[test]\nfn it_is() {\n    assert_eq!(two(), 2);\n}\n' },
      fail: ['fmt', 'test'],
    },
    mended: ['fmt'],
  },
  Go: {
    files: {
      'go.mod': 'module x\n\ngo 1.20\n',
      'x.go': 'package x\n\nfunc Two() int { return 2 }\n',
      'x_test.go':
        'package x\n\nimport "testing"\n\nfunc TestTwo(t *testing.T) {\n\tif Two() != 2 {\n\t\tt.Fatal("not two")\n\t}\n}\n',
    },
    stages: ['fmt', 'lint', 'test'],
    needs: [['go', 'version']],
    broken: { files: { 'x.go': 'package x\nfunc  Two() int { return 3 }\n' }, fail: ['fmt', 'test'] },
    mended: ['fmt'],
  },
  JavaScript: {
    files: {
      'package.json': JSON.stringify({ type: 'module', scripts: { lint: 'node --check x.js', test: 'node --test' } }),
      'x.js': 'export const two = () => 2\n',
      'x.test.js':
        'import { test } from "node:test"\nimport assert from "node:assert"\nimport { two } from "./x.js"\ntest("two", () => assert.equal(two(), 2))\n',
    },
    stages: ['lint', 'test'],
    needs: [['npm', '--version']],
    broken: { files: { 'x.js': 'export const two = () => 3\n' }, fail: ['test'] },
  },
  Python: {
    files: {
      'pyproject.toml': '[project]\nname = "x"\nversion = "1"\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
      '.gitignore': '__pycache__\n.pytest_cache\n',
      'x.py': 'def two():\n    return 2\n',
      'tests/test_x.py': 'from x import two\n\n\ndef test_two():\n    assert two() == 2\n',
    },
    stages: ['test'],
    needs: [['python3', '-m', 'pytest', '--version']],
    broken: { files: { 'x.py': 'def two():\n    return 3\n' }, fail: ['test'] },
  },
  'Python without pytest': {
    files: {
      'pyproject.toml': '[project]\nname = "x"\nversion = "1"\n',
      'x.py': 'def two():\n    return 2\n',
      'tests/test_x.py':
        'import unittest\nfrom x import two\n\n\nclass Two(unittest.TestCase):\n    def test(self):\n        self.assertEqual(two(), 2)\n',
    },
    stages: ['test'],
    needs: [['python3', '--version']],
    broken: { files: { 'x.py': 'def two():\n    return 3\n' }, fail: ['test'] },
  },
  make: {
    files: { Makefile: 'test:\n\t./test.sh\n', 'test.sh': '#!/bin/sh\ntest "$(cat value)" = 2\n', value: '2\n' },
    stages: ['test'],
    needs: [['make', '--version']],
    broken: { files: { value: '3\n' }, fail: ['test'] },
  },
  'Java (Maven)': {
    files: { 'pom.xml': pom, '.gitignore': 'target\n', 'src/main/java/X.java': 'class X {}\n' },
    stages: ['test', 'build'],
    // what a build needs Maven fetches first; where it cannot, there is nothing to be seen of the stages
    needs: [
      ['mvn', '--version'],
      ['mvn', '-q', '--batch-mode', '-f', 'POM', 'package'],
    ],
    broken: { files: { 'src/main/java/X.java': 'class X { int two() { return "2"; } }\n' }, fail: ['test', 'build'] },
  },
  'Java (Gradle)': {
    files: { 'build.gradle': "plugins { id 'java' }\n", 'src/main/java/X.java': 'class X {}\n' },
    stages: ['test', 'build'],
    needs: [['gradle', '--version']],
    broken: { files: { 'src/main/java/X.java': 'class X {\n' }, fail: ['test', 'build'] },
  },
  Swift: {
    files: {
      'Package.swift':
        '// swift-tools-version:5.7\nimport PackageDescription\nlet package = Package(name: "X", targets: [.target(name: "X")])\n',
      'Sources/X/X.swift': 'public func two() -> Int { 2 }\n',
    },
    stages: ['build'],
    needs: [['swift', '--version']],
    broken: { files: { 'Sources/X/X.swift': 'public func two() -> Int { "2" }\n' }, fail: ['build'] },
  },
  Ruby: {
    files: {
      Gemfile: '',
      Rakefile: "require 'rake/testtask'\nRake::TestTask.new { |t| t.pattern = 'test/*_test.rb' }\n",
      'test/x_test.rb':
        "require 'minitest/autorun'\nclass X < Minitest::Test\n  def test_two = assert_equal(2, 1 + 1)\nend\n",
    },
    stages: ['test'],
    needs: [['bundle', 'exec', 'rake', '--version']],
    broken: {
      files: {
        'test/x_test.rb':
          "require 'minitest/autorun'\nclass X < Minitest::Test\n  def test_two = assert_equal(2, 3)\nend\n",
      },
      fail: ['test'],
    },
  },
  PHP: {
    files: { 'composer.json': JSON.stringify({ scripts: { test: 'php test.php' } }), 'test.php': '<?php exit(0);' },
    stages: ['test'],
    needs: [['composer', '--version']],
    broken: { files: { 'test.php': '<?php exit(1);' }, fail: ['test'] },
  },
}

/** The first command that does not work here, for a repository in this directory. */
export function missing({ needs }: Language, directory: string): string[] | undefined {
  return needs.find(([program = '', ...args]) => {
    try {
      const words = args.map((word) => (word === 'POM' ? `${directory}/pom.xml` : word))
      execFileSync(program, words, { stdio: 'ignore', timeout: 120_000 })
      return false
    } catch {
      return true
    }
  })
}

/** Files of a package below its repository. */
export const prefixed = (directory: string, files: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${directory}/${path}`, text]))
