import { describe, expect, test } from 'vitest';
import { failureOf, lines, planOf, startLine } from './snapshot.ts';

const VENV = 'sh: tree="$PWD" && cd / && exec python3 -m venv "$tree/.venv"';
const TOOLS = 'sh: tree="$PWD" && cd / && exec python3 -m venv "$tree/.branchline/tools"';
const PIP = '.venv/bin/python3 -m pip install --disable-pip-version-check --no-input';
const TOOL_PIP = '.branchline/tools/bin/python3 -m pip install --disable-pip-version-check --no-input';
const MAIN = { 'main.py': 'print(1)' };
const FLASK = 'from flask import Flask\n\napp = Flask(__name__)\n';

describe('the dependencies of a Python project', () => {
  test('in requirements.txt go into a virtual environment inside the build', () => {
    const plan = planOf({ 'requirements.txt': 'requests\n', ...MAIN });
    expect(plan.provider).toBe('python');
    expect(lines(plan.install)).toEqual([VENV, `${PIP} -r requirements.txt`]);
    expect(plan.path_prefix).toEqual(['.venv/bin']);
    expect(plan.environment).toEqual({ PYTHONUNBUFFERED: '1' });
    expect(plan.toolchains).toEqual([{ name: 'Python', commands: ['python3'] }]);
  });

  test('in pyproject.toml without a build system are installed one by one', () => {
    const project = { dependencies: ['flask>=3', 'requests'] };
    const plan = planOf({ 'pyproject.toml': { project }, ...MAIN });
    expect(lines(plan.install)).toEqual([VENV, `${PIP} -- flask>=3 requests`]);
  });

  test('in pyproject.toml with a build system come with the project itself', () => {
    const pyproject = { project: { dependencies: ['flask'] }, 'build-system': { requires: [] } };
    expect(lines(planOf({ 'pyproject.toml': pyproject, ...MAIN }).install)).toEqual([VENV, `${PIP} .`]);
  });

  test('in uv.lock are installed by uv from an environment of its own', () => {
    const plan = planOf({ 'pyproject.toml': { project: {} }, 'uv.lock': '', ...MAIN });
    expect(lines(plan.install)).toEqual([
      VENV,
      TOOLS,
      `${TOOL_PIP} uv`,
      '.branchline/tools/bin/uv sync --frozen --no-dev --python .venv/bin/python3',
    ]);
    expect(plan.environment).toMatchObject({ UV_PYTHON_DOWNLOADS: 'never' });
  });

  test.each([
    ['poetry.lock', { 'poetry.lock': '' }, []],
    ['pyproject.toml', {}, ['No poetry.lock: each build may install other versions. Commit it.']],
  ])('in %s are installed by Poetry', (_, lock, warnings) => {
    const plan = planOf({ 'pyproject.toml': { tool: { poetry: { name: 'x' } } }, ...lock, ...MAIN });
    expect(lines(plan.install)).toEqual([
      VENV,
      TOOLS,
      `${TOOL_PIP} poetry>=2,<3`,
      '.branchline/tools/bin/poetry install --only main --no-root --no-interaction --no-ansi',
    ]);
    expect(plan.environment).toMatchObject({ POETRY_VIRTUALENVS_IN_PROJECT: 'true' });
    expect(plan.warnings).toEqual(warnings);
  });

  test.each([
    ['sync', { 'Pipfile.lock': '' }],
    ['install', {}],
  ])('in a Pipfile are installed by pipenv %s', (verb, lock) => {
    const plan = planOf({ Pipfile: { packages: { flask: '*' } }, ...lock, ...MAIN });
    expect(lines(plan.install)).toEqual([
      VENV,
      TOOLS,
      `${TOOL_PIP} pipenv`,
      `.branchline/tools/bin/pipenv ${verb}`,
    ]);
    expect(plan.environment).toMatchObject({ PIPENV_VENV_IN_PROJECT: '1' });
  });

  test('go by a lockfile rather than requirements.txt', () => {
    const plan = planOf({ 'uv.lock': '', 'requirements.txt': '', ...MAIN });
    expect(plan.reasons).toContain('uv.lock: dependencies are installed by uv as it locks them.');
  });

  test('that nothing lists are a warning', () => {
    const plan = planOf(MAIN);
    expect(lines(plan.install)).toEqual([VENV]);
    expect(plan.warnings).toEqual([expect.stringContaining('no packages are installed')]);
  });
});

describe('the wanted Python version', () => {
  const wanted = (tree: Record<string, string | object>) =>
    planOf({ ...MAIN, ...tree }).toolchains[0]?.wanted;

  test.each([
    ['.python-version', { '.python-version': '# pinned\n3.12\n' }, '3.12'],
    ['runtime.txt', { 'runtime.txt': 'python-3.11.4' }, '3.11.4'],
    [
      'pyproject.toml (requires-python)',
      { 'pyproject.toml': { project: { 'requires-python': '>=3.9,<4,!=3.10.0' } } },
      '>=3.9 <4',
    ],
    [
      'pyproject.toml (requires-python)',
      { 'pyproject.toml': { project: { 'requires-python': '~=3.11' } } },
      '>=3.11 <4',
    ],
    [
      'pyproject.toml (requires-python)',
      { 'pyproject.toml': { project: { 'requires-python': '~=3.11.2' } } },
      '~3.11.2',
    ],
    [
      'pyproject.toml (requires-python)',
      { 'pyproject.toml': { project: { 'requires-python': '==3.11.*' } } },
      '3.11.*',
    ],
    [
      'pyproject.toml (tool.poetry)',
      { 'pyproject.toml': { tool: { poetry: { dependencies: { python: '^3.9' } } } } },
      '^3.9',
    ],
    ['Pipfile (requires)', { Pipfile: { requires: { python_version: '3.10' } } }, '3.10'],
  ])('comes from %s: %j', (source, tree, range) => {
    expect(wanted(tree)).toEqual({ range, source });
  });

  test('is open where it can not be read', () => {
    expect(wanted({ '.python-version': 'system' })).toBeUndefined();
  });
});

describe('the start of a Python project without a Procfile', () => {
  const start = (tree: Record<string, string | object>) => startLine(planOf(tree));

  test.each([
    ['app.py', FLASK, 'app:app'],
    ['main.py', 'import flask\nserver = flask.Flask("x")\n', 'main:server'],
    ['wsgi.py', 'from flask import Flask\napplication: Flask = Flask(__name__)', 'wsgi:application'],
    ['application.py', FLASK, 'application:app'],
    ['web/__init__.py', FLASK, 'web:app'],
    ['web/app.py', FLASK, 'web.app:app'],
    ['odd_name.py', FLASK.replaceAll('\n', '\r\n'), 'odd_name:app'],
  ])('is Flask in %s', (file, text, application) => {
    const plan = planOf({ 'requirements.txt': 'Flask==3.0\n', [file]: text });
    expect(startLine(plan)).toBe(
      `sh: exec python3 -m flask --app '${application}' run --host 0.0.0.0 --port "$PORT"`,
    );
    expect(plan.warnings).toEqual([expect.stringContaining('development server')]);
  });

  test('is Flask by gunicorn when that is a dependency', () => {
    const plan = planOf({ 'requirements.txt': 'flask\ngunicorn>=21 # server\n', 'app.py': FLASK });
    expect(startLine(plan)).toBe(
      `sh: exec python3 -m gunicorn --bind "0.0.0.0:$PORT" --access-logfile - 'app:app'`,
    );
    expect(plan.warnings).toEqual([]);
  });

  test.each([
    [
      'an included requirements file',
      { 'requirements.txt': '-r requirements/prod.txt\n', 'requirements/prod.txt': 'Gunicorn' },
    ],
    ['files that include each other', { 'requirements.txt': '-r requirements.txt\ngunicorn' }],
    ['pyproject.toml', { 'pyproject.toml': { project: { dependencies: ['gunicorn (>=20)'] } } }],
    ['Poetry', { 'pyproject.toml': { tool: { poetry: { dependencies: { gunicorn: '*' } } } } }],
    ['a Pipfile', { Pipfile: { packages: { gunicorn: { version: '*', extras: ['gevent'] } } } }],
  ])('finds gunicorn in %s', (_, tree) => {
    expect(start({ ...tree, 'app.py': FLASK })).toContain('-m gunicorn');
  });

  test('is a Flask factory', () => {
    const factory = 'from flask import Flask\ndef create_app(config=None):\n    return Flask(__name__)\n';
    expect(start({ 'requirements.txt': 'flask', 'shop/__init__.py': factory })).toContain(
      "--app 'shop:create_app()'",
    );
    const wsgi = 'from shop import create_app\napplication = create_app()\n';
    expect(start({ 'requirements.txt': '', 'shop/__init__.py': factory, 'wsgi.py': wsgi })).toContain(
      "--app 'wsgi:application'",
    );
  });

  test('is no factory that needs arguments', () => {
    const factory = 'from flask import Flask\ndef create_app(config):\n    return Flask(__name__)\n';
    expect(failureOf({ 'requirements.txt': '', 'shop/__init__.py': factory }).message).toContain('Flask');
  });

  test.each([
    ['main.py', 'from fastapi import FastAPI\napi = FastAPI(title="x")\n', 'main:api', {}],
    ['app/main.py', 'app = FastAPI()', 'app.main:app', {}],
    ['src/main.py', 'app = FastAPI()', 'main:app', { PYTHONPATH: 'src' }],
    ['main.py', 'app = Starlette()', 'main:app', {}],
  ])('is ASGI in %s', (file, text, application, environment) => {
    const plan = planOf({ 'requirements.txt': 'fastapi[standard]\n', [file]: text });
    expect(startLine(plan)).toBe(
      `sh: exec python3 -m uvicorn '${application}' --host 0.0.0.0 --port "$PORT"`,
    );
    expect(plan.environment).toEqual({ PYTHONUNBUFFERED: '1', ...environment });
    expect(plan.warnings).toEqual([]);
  });

  test('installs uvicorn for FastAPI when it is missing, and warns', () => {
    const plan = planOf({ 'requirements.txt': 'fastapi\n', 'main.py': 'app = FastAPI()' });
    expect(lines(plan.install).at(-1)).toBe(`${PIP} uvicorn`);
    expect(plan.warnings).toEqual([expect.stringContaining('uvicorn is not among the dependencies')]);
  });

  test('is Django by gunicorn, else by its development server', () => {
    const manage = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.production')";
    const tree = { 'manage.py': manage, 'shop/wsgi.py': '', 'a/wsgi.py': '' };
    expect(start({ ...tree, 'requirements.txt': 'django\ngunicorn' })).toContain(
      '-m gunicorn --bind "0.0.0.0:$PORT" --access-logfile - \'shop.wsgi\'',
    );
    expect(start({ ...tree, 'requirements.txt': 'django' })).toBe(
      'sh: exec python3 manage.py runserver --noreload "0.0.0.0:$PORT"',
    );
  });

  test('looks at the root before folders, and not at tests', () => {
    const tree = { 'requirements.txt': '', 'zebra.py': FLASK, 'api/app.py': FLASK, 'test_app.py': FLASK };
    expect(start(tree)).toContain("'zebra:app'");
  });

  test('is not what a comment or an indented line says', () => {
    const text = '# app = Flask(__name__)\nif True:\n    app = Flask(__name__)\n';
    expect(start({ 'requirements.txt': '', 'main.py': text })).toBe('python3 main.py');
  });

  test.each(['main.py', 'app.py'])('is %s itself otherwise', (file) => {
    expect(start({ 'requirements.txt': '', [file]: 'print(1)' })).toBe(`python3 ${file}`);
  });

  test('that nothing tells is a failure that says what was looked for', () => {
    const { reason, message } = failureOf({ 'requirements.txt': 'flask' });
    expect(reason).toBe('nothing_detected');
    expect(message).toContain('no Django, FastAPI');
  });
});

test('a pyproject.toml that only configures tools makes no Python project', () => {
  expect(planOf({ 'pyproject.toml': { tool: { ruff: {} } }, 'index.html': '' }).provider).toBe('static');
});

test('a pyproject.toml that is not TOML is named', () => {
  const { reason, message } = failureOf({ 'pyproject.toml': new Error('is not valid TOML: x') });
  expect([reason, message]).toEqual(['invalid_config', 'pyproject.toml: is not valid TOML: x']);
});
