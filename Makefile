# `make run` starts the software, `make test` checks it. Both need Python 3.11 or newer and nothing else.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test soak lint bench lock clean

run: .venv/ready
	@$(BIN)/portfolio init
	@$(BIN)/portfolio serve --host $(HOST) --port $(PORT)

test: .venv/ready-dev
	@$(BIN)/python -m pytest -n auto

soak: .venv/ready-dev
	@$(BIN)/python -m tests.soak

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready-dev
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.packs

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("需要 Python 3.11 或更高版本，当前为 " + sys.version.split()[0] + "。请安装后重试，或用 make run PYTHON=路径 指定。")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 venv 模块。Debian/Ubuntu 请安装 python3-venv 后重试。" >&2; exit 1; }
	@$(PYTHON) -c 'import shutil, sys; shutil.disk_usage(".").free > 2 * 10**9 or sys.exit("磁盘剩余空间不足 2 GB，无法安装依赖。请清理后重试。")'
	@echo "正在创建运行环境 .venv …"
	@$(PYTHON) -m venv .venv

.venv/ready: requirements.lock requirements-build.lock pyproject.toml | .venv/bin/python
	@echo "正在安装依赖（首次约一分钟）…"
	@$(PIP) --require-hashes -r requirements-build.lock
	@$(PIP) --progress-bar on --require-hashes --no-build-isolation -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready
	@echo "正在安装测试所需的依赖 …"
	@$(PIP) --require-hashes --no-build-isolation -r requirements-dev.lock
	@touch $@

lock: .venv/ready-dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv
