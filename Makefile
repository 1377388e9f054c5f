# Each target builds its own environment, so that neither sees what the other installed.
PYTHON ?= python3
DEMO := .venv-demo
TEST := .venv-test
PEERS := .venv-peers
SPARK := .venv-spark
DOCS := .venv-docs
OUT ?= harmtax-demo

FUZZED ?= 60

.PHONY: demo test test-slow fuzz spark site clean

demo: $(DEMO)/done
	$(DEMO)/bin/harmtax demo $(OUT)

test: $(TEST)/done $(PEERS)/done $(DOCS)/done
	$(TEST)/bin/python -m schema.build --check
	$(TEST)/bin/ruff check .
	$(TEST)/bin/mypy
	$(TEST)/bin/python -m pytest -n 2 --dist loadfile

# The same results are due when every row takes the slow way; these files judge no row, or have judged them all.
FAST := architecture benchmarks cli console crosswalk disclosure* dsa_changes engine exports exposures \
	figure_commands gate_fuzz generated interruption languages lint matching merging metrics* pages peers publish \
	readme reconciliation report_[ehl]* search site submission tables_as_text taxonomy testing versions
test-slow: $(TEST)/done
	HARMTAX_ACCEPTOR=none $(TEST)/bin/python -m pytest -n 2 --dist loadfile $(FAST:%=--ignore-glob 'tests/test_%.py')

# Bytes at random, for so many seconds after the known ones; what breaks stays as crash-* in the folder.
fuzz: $(TEST)/done
	$(TEST)/bin/python -m pip install --quiet --disable-pip-version-check --group fuzz
	mkdir -p .fuzz
	$(TEST)/bin/python tests/fuzz/acceptance.py -max_total_time=$(FUZZED) -artifact_prefix=.fuzz/ .fuzz

# The pages for people, in site/: open site/index.html from the file system.
site: $(DOCS)/done
	$(DOCS)/bin/python -m schema.site

# The text of the metrics on Spark; needs Java 17 and some minutes, so CI leaves it out.
spark: $(TEST)/done $(SPARK)/done
	HARMTAX_SPARK=$(SPARK)/bin/python $(TEST)/bin/python -m pytest tests/test_spark.py

$(DEMO)/done: pyproject.toml $(shell find harmtax -name '*.py' -o -path 'harmtax/data/*')
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check '.[publish]'
	touch $@

# The pip that comes with Python 3.11 knows no --group.
$(TEST)/done: pyproject.toml
	$(PYTHON) -m venv $(TEST)
	$(TEST)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(TEST)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[publish,testing]' --group dev --group schema
	touch $@

# Tools of others that read what we write; some of them pin what ours pin otherwise.
$(PEERS)/done: pyproject.toml
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --group peers
	touch $@

$(SPARK)/done: pyproject.toml
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --group spark
	touch $@

# The generators read tables only, so that the package itself need not be installed.
$(DOCS)/done: pyproject.toml
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --group docs
	touch $@

clean:
	rm -rf $(DEMO) $(TEST) $(PEERS) $(SPARK) $(DOCS) $(OUT) .fuzz site build/site
