import { expect, test } from 'vitest'
import { type DetectionCase, detect, showStage } from '../../../../../tests/support/detect.ts'

const table: DetectionCase[] = [
  [
    'Python with uv: what it is set up for; a tool it does not ask for comes by uvx',
    {
      'pyproject.toml':
        '[project]\nname = "x"\n[dependency-groups]\ndev = ["pytest>=8", "mypy"]\n[tool.ruff]\n[tool.mypy]',
      'uv.lock': '',
      'src/x.py': '',
    },
    ['lint: uvx ruff check .', 'typecheck: uv run mypy .', 'test: uv run pytest'],
  ],
  [
    'Python with Poetry',
    {
      'pyproject.toml':
        '[tool.poetry]\nname = "x"\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\nblack = "*"\n[tool.mypy]\nfiles = "src"',
    },
    ['fmt: poetry run black --check .', 'typecheck: python3 -m mypy', 'test: poetry run pytest'],
  ],
  [
    'Python with pip: requirements, ruff by its own file, formatting by a hook',
    {
      'requirements.txt': 'flask==3\n',
      'requirements-dev.txt': '-r requirements.txt\npytest\n',
      'ruff.toml': '',
      '.pre-commit-config.yaml': 'repos:\n- repo: x\n  hooks:\n    - id: ruff-format\n',
    },
    ['fmt: python3 -m ruff format --check .', 'lint: python3 -m ruff check .', 'test: python3 -m pytest'],
  ],
  [
    'Python of old: setup.cfg, tox.ini',
    { 'setup.py': '', 'setup.cfg': '[flake8]\n[mypy]\n', 'tox.ini': '[pytest]\n' },
    ['lint: python3 -m flake8', 'typecheck: python3 -m mypy .', 'test: python3 -m pytest'],
  ],
  [
    'Python that is not set up for anything',
    { 'pyproject.toml': '[project]\nname = "x"\ndependencies = ["requests", "pytest-mock-not"]' },
    [],
  ],
  [
    "unittest and Django's tests where there is no pytest",
    {
      'a/pyproject.toml': '[project]\nname = "a"',
      'a/tests/test_x.py': '',
      'b/pyproject.toml': '[project]\nname = "b"',
      'b/tests/__init__.py': '',
      'b/tests/test_x.py': '',
      'c/manage.py': '',
      'c/requirements.txt': 'django',
    },
    [
      'a:test: python3 -m unittest discover -s tests (a)',
      'b:test: python3 -m unittest discover -s tests -t . (b)',
      'c:test: python3 manage.py test (c)',
    ],
  ],
  [
    'a uv workspace: pytest at the root runs the tests of its members',
    {
      'pyproject.toml':
        '[project]\nname = "root"\n[dependency-groups]\ndev = ["pytest", "ruff"]\n[tool.uv.workspace]\nmembers = ["packages/*"]',
      'uv.lock': '',
      'packages/core/pyproject.toml':
        '[project]\nname = "core"\n[tool.mypy]\nfiles = ["src"]\n[tool.pytest.ini_options]',
    },
    ['lint: uv run ruff check .', 'core:typecheck: uvx mypy (packages/core)', 'test: uv run pytest'],
  ],
  [
    'a uv workspace without tests of its own at the root: those of the members',
    {
      'pyproject.toml': '[tool.uv.workspace]\nmembers = ["packages/*"]',
      'uv.lock': '',
      'packages/core/pyproject.toml': '[project]\nname = "core"\ndependencies = ["pytest"]',
      'packages/cli/pyproject.toml': '[project]\nname = "cli"\n[dependency-groups]\ndev = ["pytest"]',
    },
    ['cli:test: uv run pytest (packages/cli)', 'core:test: uv run pytest (packages/core)'],
  ],
]

test.each(table)('%s', (_, repository, stages) => {
  expect(detect(repository).map(showStage)).toEqual(stages)
})
