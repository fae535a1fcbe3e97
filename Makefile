# Everything one does with this checkout. Paths are relative throughout: it may lie in any folder, whatever its name.

PYTHON ?= $(or $(shell command -v python3.11),python3)
TESTS ?=
VENV := .venv/bin/python
CODE := niangjia tests tools conftest.py

.DEFAULT_GOAL := help
.PHONY: help demo doctor figures test check format css messages lock bench-main bench-booking bench-coverage base dev

help:
	@echo 'make demo      start everything with invented people    启动演示（PORT=8001 换端口，NIANGJIA_HOME=目录 换位置）'
	@echo 'make doctor    what is wrong with the demo, and what to do    检查演示环境'
	@echo 'make figures   every figure, expected and computed    核对全部数字'
	@echo 'make test      all tests (TESTS=niangjia/members for some)    运行测试'
	@echo 'make check     linters, types, import contracts, migrations, documents    静态检查'
	@echo 'make format    bring code and templates into shape    整理格式'
	@echo 'make css       build the style sheet and the vendored scripts (needs Node)    生成样式'
	@echo 'make messages  collect and compile the translations (needs gettext)    更新译文'
	@echo 'make bench-main  what a newcomer and an officer wait for (QUICK=1 is shorter)    测量速度'
	@echo 'make bench-booking  bookings a second, with the proof that nothing is lost (needs wrk)    测量预订速度'
	@echo 'make bench-coverage  figures of a register for any day against a plain count (QUICK=1 takes a tenth)    测量统计速度'
	@echo 'make lock      pin the packages anew (needs uv)    更新依赖锁定'

demo doctor figures: export NIANGJIA_HOME ?= .demo

demo: base
	@exec $(VENV) -m niangjia demo

doctor: base
	@exec $(VENV) -m niangjia doctor

figures: base
	@exec $(VENV) -m niangjia figures

test: dev
	$(VENV) -m pytest -n auto --dist worksteal $(TESTS)

check: dev
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check $(CODE)
	$(VENV) -m mypy $(CODE)
	.venv/bin/lint-imports --no-cache
	NIANGJIA_HOME=.venv/check NIANGJIA_DB_POOL=0 $(VENV) -W ignore -m django check --settings niangjia.config.settings
	NIANGJIA_HOME=.venv/check NIANGJIA_DB_POOL=0 $(VENV) -W ignore -m django makemigrations --check --dry-run --settings niangjia.config.settings
	$(VENV) -m pytest tests/test_docs.py tests/test_architecture.py

format: dev
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format $(CODE)

css:
	cd niangjia/ui/assets && npm ci && npm run css

messages: dev
	$(VENV) tools/messages.py

lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --no-emit-index-url requirements/base.in -o requirements/base.txt
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --no-emit-index-url requirements/dev.in -o requirements/dev.txt

base dev:
	@$(PYTHON) tools/environment.py $@

bench-main: dev
	@exec $(VENV) -m bench.main

bench-booking: dev
	@exec $(VENV) -m bench.booking

bench-coverage: dev
	@exec $(VENV) -m bench.coverage
