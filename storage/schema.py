"""The tables, as numbered migrations. A released one is never edited: add the next."""

from storage.migrate import Migration

CATALOGUE: tuple[Migration, ...] = (
    (
        """CREATE TABLE sessions (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL DEFAULT 'local',
            created_at REAL NOT NULL, used_at REAL NOT NULL)""",
        """CREATE TABLE datasets (
            id TEXT PRIMARY KEY, filename TEXT NOT NULL, options TEXT NOT NULL, info TEXT NOT NULL,
            bytes INTEGER NOT NULL, sample INTEGER NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT 'local',
            created_at REAL NOT NULL)""",
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id), name TEXT NOT NULL,
            kind TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, cause TEXT, remedy TEXT,
            spec TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
            dataset_id TEXT REFERENCES datasets(id), total INTEGER NOT NULL, preview INTEGER NOT NULL,
            reuse_from TEXT NOT NULL DEFAULT '[]',
            export TEXT NOT NULL DEFAULT '{}', figures TEXT NOT NULL DEFAULT '{}',
            request TEXT, owner TEXT NOT NULL DEFAULT 'local',
            created_at REAL NOT NULL, started_at REAL, finished_at REAL)""",
        "CREATE INDEX runs_by_session ON runs(session_id, created_at)",
        "CREATE INDEX runs_by_time ON runs(created_at)",
        """CREATE TABLE leases (
            run_id TEXT PRIMARY KEY, pid INTEGER NOT NULL, pid_started REAL NOT NULL, at REAL NOT NULL)""",
        "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        """CREATE TABLE model_lists (
            provider TEXT NOT NULL, base_url TEXT NOT NULL, fetched_at REAL, asked INTEGER NOT NULL DEFAULT 0,
            answered INTEGER NOT NULL DEFAULT 0, problem TEXT, problem_at REAL,
            PRIMARY KEY (provider, base_url)) WITHOUT ROWID""",
        """CREATE TABLE models (
            provider TEXT NOT NULL, base_url TEXT NOT NULL, id TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL,
            canonical_slug TEXT, hugging_face_id VARCHAR(200), context_length INTEGER, max_output INTEGER,
            prompt_price REAL, completion_price REAL, created INTEGER, input_modalities TEXT, output_modalities TEXT,
            supported_parameters TEXT, expires TEXT,
            PRIMARY KEY (provider, base_url, id), UNIQUE (provider, base_url, slug))""",
        "CREATE INDEX idx_model_hf_id ON models(hugging_face_id)",
        """CREATE TABLE model_notes (
            provider TEXT NOT NULL, base_url TEXT NOT NULL, model TEXT NOT NULL, sent_as TEXT, disabled_at REAL,
            disabled_why TEXT, PRIMARY KEY (provider, base_url, model)) WITHOUT ROWID""",
        """CREATE TABLE model_checks (
            provider TEXT NOT NULL, base_url TEXT NOT NULL, model TEXT NOT NULL, checked_at REAL NOT NULL,
            standing TEXT NOT NULL, kind TEXT, cause TEXT, remedy TEXT, latency_s REAL, prompt_tokens INTEGER,
            completion_tokens INTEGER, answered_as TEXT, tried TEXT NOT NULL DEFAULT '[]',
            PRIMARY KEY (provider, base_url, model)) WITHOUT ROWID""",
        """CREATE TABLE model_runs (
            run_id TEXT NOT NULL, provider TEXT NOT NULL, base_url TEXT NOT NULL, model TEXT NOT NULL,
            attempts INTEGER NOT NULL, answered INTEGER NOT NULL, failed INTEGER NOT NULL, latency_s REAL,
            last_success_at REAL, last_error_at REAL, last_error_kind TEXT, last_error_cause TEXT,
            PRIMARY KEY (run_id, model))""",
        "CREATE INDEX model_runs_by_model ON model_runs(provider, base_url, model)",
    ),
    (
        """CREATE TABLE model_habits (
            provider TEXT NOT NULL, base_url TEXT NOT NULL, model TEXT NOT NULL, settings TEXT NOT NULL,
            forms TEXT NOT NULL, learnt_at REAL NOT NULL, PRIMARY KEY (provider, base_url, model)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE personas (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, instructions TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0,
            changed_at REAL NOT NULL)""",
    ),
    ("ALTER TABLE models ADD COLUMN price_tiers TEXT", "ALTER TABLE models ADD COLUMN request_price REAL"),
    ("ALTER TABLE runs ADD COLUMN commits INTEGER NOT NULL DEFAULT 0",),
    (
        """CREATE TABLE account_runs (
            account TEXT NOT NULL, run_id TEXT NOT NULL, seen_at REAL NOT NULL, pace REAL, held_at REAL,
            held_until REAL, reason TEXT, PRIMARY KEY (account, run_id)) WITHOUT ROWID""",
        "CREATE TABLE account_salt (id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL)",
        "INSERT INTO account_salt VALUES (1, randomblob(16))",
    ),
    (
        "ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN origin TEXT",
    ),
)

# A run file that has ended is told from a damaged one by its hash: a migration counts as a commit (as the last does).
RUN_FILE: tuple[Migration, ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "CREATE TABLE outputs (ordinal INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE attempts (
            row INTEGER NOT NULL, step INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
            started_at REAL NOT NULL, latency_s REAL, kind TEXT, cause TEXT, status INTEGER, model TEXT, upstream TEXT,
            prompt_tokens INTEGER, completion_tokens INTEGER, cost_usd REAL, reserved_usd REAL,
            PRIMARY KEY (row, step, number)) WITHOUT ROWID""",
        "CREATE INDEX attempts_reserved ON attempts(row) WHERE state = 'reserved'",
        """CREATE TABLE results (
            id INTEGER PRIMARY KEY, row INTEGER NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
            status TEXT NOT NULL, data TEXT, raw TEXT, kind TEXT, cause TEXT, remedy TEXT, finish_reason TEXT,
            repaired INTEGER NOT NULL, cached INTEGER NOT NULL, request_hash TEXT NOT NULL, sha256 TEXT NOT NULL,
            committed_at REAL NOT NULL, UNIQUE (row, step))""",
        "CREATE INDEX results_failed ON results(kind) WHERE status = 'failed'",
        "CREATE TABLE events (id INTEGER PRIMARY KEY, at REAL NOT NULL, level TEXT NOT NULL, message TEXT NOT NULL)",
        """CREATE TABLE executions (
            id INTEGER PRIMARY KEY, started_at REAL NOT NULL, ended_at REAL, status TEXT, pid INTEGER NOT NULL)""",
        """CREATE TABLE progress (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, cached INTEGER NOT NULL DEFAULT 0,
            repaired INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            first_attempts INTEGER NOT NULL DEFAULT 0, rate_limited INTEGER NOT NULL DEFAULT 0,
            unknown INTEGER NOT NULL DEFAULT 0, answers INTEGER NOT NULL DEFAULT 0,
            prompt_tokens INTEGER NOT NULL DEFAULT 0, completion_tokens INTEGER NOT NULL DEFAULT 0,
            tokens_unknown INTEGER NOT NULL DEFAULT 0, cost_usd REAL NOT NULL DEFAULT 0,
            cost_unknown INTEGER NOT NULL DEFAULT 0, in_flight INTEGER NOT NULL DEFAULT 0,
            slots INTEGER NOT NULL DEFAULT 0, waiting TEXT, rows_per_s REAL, updated_at REAL NOT NULL DEFAULT 0)""",
        "INSERT INTO progress (id) VALUES (1)",
    ),
    (
        """CREATE TABLE verdicts (
            row INTEGER NOT NULL, draw INTEGER NOT NULL, verdict TEXT NOT NULL, cause TEXT,
            PRIMARY KEY (row, draw)) WITHOUT ROWID""",
        "ALTER TABLE progress ADD COLUMN invalid INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE progress ADD COLUMN refused INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE progress ADD COLUMN marked INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE progress ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0",
    ),
    ("ALTER TABLE attempts ADD COLUMN generation TEXT",),
    ("ALTER TABLE results ADD COLUMN similar_to INTEGER", "ALTER TABLE results ADD COLUMN similarity REAL"),
    (
        "ALTER TABLE progress ADD COLUMN commits INTEGER NOT NULL DEFAULT 0",
        "UPDATE progress SET commits = commits + 1",
    ),
    (
        "ALTER TABLE attempts ADD COLUMN fallback TEXT",
        "ALTER TABLE progress ADD COLUMN fallbacks INTEGER NOT NULL DEFAULT 0",
        "UPDATE progress SET commits = commits + 1",
    ),
    (
        """CREATE TABLE marks (
            id INTEGER PRIMARY KEY, row INTEGER NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, value TEXT, was TEXT,
            at REAL NOT NULL, sha256 TEXT NOT NULL)""",
        "CREATE INDEX marks_by_row ON marks(row)",
        "CREATE TABLE held_out (row INTEGER PRIMARY KEY, at REAL NOT NULL)",
        """CREATE TABLE replaced (
            id INTEGER PRIMARY KEY, row INTEGER NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
            status TEXT NOT NULL, data TEXT, raw TEXT, kind TEXT, cause TEXT, committed_at REAL NOT NULL,
            replaced_at REAL NOT NULL)""",
        "CREATE INDEX replaced_by_row ON replaced(row)",
        "UPDATE progress SET commits = commits + 1",
    ),
)
