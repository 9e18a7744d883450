//! Migration tools: what their commands name, what their migrations do, and near misses. The repositories are texts.

use rbk::diagnostic::Diagnostic;
use rbk::report::{Checked, Look, human};
use rbk::source::{MemoryLoader, MemoryRepository, Sources};

use super::near::{example, with};
use super::{Light, check_in};

/// Returns a plan whose change does and undoes this in shell.
fn plan(forward: &str, back: &str) -> String {
    let plan = example("reversal/wrong-revision", "Mended");
    let plan = with(&plan, "migrate -path db/migrations -database \"$DATABASE_URL\" goto 2", forward);
    with(&plan, "migrate -path db/migrations -database \"$DATABASE_URL\" goto 1", back)
}

fn around(files: &[(&str, &str)]) -> MemoryRepository {
    MemoryRepository::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn found(plan: &str, around: &MemoryRepository) -> (Sources, Vec<Diagnostic>) {
    let (sources, mut findings) = check_in(plan, &MemoryLoader::default(), Light { around: Some(around), ..Light::default() });
    let form = findings.iter().find(|finding| ["syntax/", "form/", "value/"].iter().any(|group| finding.code.starts_with(group)));
    assert!(form.is_none(), "{form:?} in\n{plan}");
    let rules =
        ["reference/unknown-revision", "reversal/wrong-revision", "reversal/empty-downgrade", "backup/missing", "reversal/relative"];
    findings.retain(|finding| rules.contains(&finding.code));
    (sources, findings)
}

/// Holds every pair of commands to the rules that it breaks.
fn hold(files: &[(&str, &str)], cases: &[(&str, &str, &[&str])]) {
    let around = around(files);
    for (forward, back, expected) in cases {
        let (_, found) = found(&plan(forward, back), &around);
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, *expected, "{forward} / {back}: {found:#?}");
    }
}

const UNKNOWN: &[&str] = &["reference/unknown-revision"];
const WRONG: &[&str] = &["reversal/wrong-revision"];
const EMPTY: &[&str] = &["reversal/empty-downgrade"];
const LOSES: &[&str] = &["backup/missing"];
/// What the change drops is not saved either.
const BOTH: &[&str] = &["backup/missing", "reversal/empty-downgrade"];
const FINE: &[&str] = &[];

const ALEMBIC: &[(&str, &str)] = &[
    ("api/alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n\n[loggers]\nkeys = root\n"),
    (
        "api/migrations/versions/a1_orders.py",
        "revision = 'a1f0'\ndown_revision = None\n\ndef upgrade():\n    op.create_table('orders', sa.Column('id', sa.Integer()))\n\ndef downgrade():\n    op.drop_table('orders')\n",
    ),
    (
        "api/migrations/versions/b2_note.py",
        "\"\"\"Notes\"\"\"\nrevision: str = \"b2f0\"\ndown_revision: Union[str, None] = \"a1f0\"\n\n\ndef upgrade() -> None:\n    op.add_column(\"orders\", sa.Column(\"note\", sa.Text(), nullable=True))\n\n\ndef downgrade() -> None:\n    op.drop_column(\"orders\", \"note\")\n",
    ),
    (
        "api/migrations/versions/c3_fax.py",
        "revision = 'c3f0'\ndown_revision = 'b2f0'\n\ndef upgrade():\n    with op.batch_alter_table('orders', schema=None) as batch_op:\n        batch_op.drop_column('note')\n\ndef downgrade():\n    # gone is gone\n    pass\n",
    ),
    (
        "api/migrations/versions/d4_raises.py",
        "revision = 'd4f0'\ndown_revision = 'c3f0'\n\ndef upgrade():\n    op.execute('ALTER TABLE orders ADD COLUMN x int')\n\ndef downgrade():\n    raise NotImplementedError()\n",
    ),
    (
        "api/migrations/versions/e5_side.py",
        "revision = 'e5f0'\ndown_revision = 'b2f0'\n\ndef upgrade():\n    fill()\n\ndef downgrade():\n    clear()\n",
    ),
    (
        "api/migrations/versions/f6_merge.py",
        "revision = 'f6f0'\ndown_revision = ('d4f0', 'e5f0')\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n",
    ),
];

#[test]
fn alembic() {
    hold(
        ALEMBIC,
        &[
            ("alembic upgrade b2f0", "alembic downgrade a1f0", FINE),
            ("cd api && alembic upgrade b2", "python -m alembic -c api/alembic.ini downgrade a1", FINE),
            ("alembic upgrade b2f0", "alembic downgrade base", FINE),
            ("alembic upgrade e5f0", "alembic downgrade b2f0", FINE),
            ("alembic upgrade b2f0", "alembic downgrade 9999", UNKNOWN),
            ("alembic upgrade zz", "alembic downgrade a1f0", UNKNOWN),
            ("ssh web 'cd /srv/api && alembic upgrade b2f0'", "ssh web 'cd /srv/api && alembic downgrade nosuch'", UNKNOWN),
            ("alembic upgrade b2f0", "alembic downgrade b2f0", WRONG),
            ("alembic upgrade b2f0", "alembic downgrade c3f0", WRONG),
            ("alembic upgrade e5f0", "alembic downgrade c3f0", WRONG),
            ("alembic upgrade c3f0", "alembic downgrade b2f0", BOTH),
            ("alembic upgrade d4f0", "alembic downgrade c3f0", EMPTY),
            ("alembic upgrade head", "alembic downgrade b2f0", BOTH),
            ("alembic upgrade c3f0", "psql \"$DATABASE_URL\" -f \"$RBK_HOME/back.sql\"", LOSES),
            ("alembic upgrade b2f0", "alembic downgrade -1", &["reversal/relative"]),
            ("alembic upgrade \"$TO\"", "alembic downgrade \"$FROM\"", FINE),
            ("alembic upgrade c3f0:d4f0 --sql", "alembic downgrade d4f0:c3f0 --sql", FINE),
            ("alembic -n other upgrade zz", "alembic -n other downgrade yy", FINE),
            ("alembic upgrade f6f0", "alembic downgrade d4f0", FINE),
        ],
    );
    // A history that can't be followed says nothing.
    let broken = [ALEMBIC, &[("api/migrations/versions/z9.py", "revision = 'z9'\ndown_revision = 'gone'\n")]].concat();
    hold(&broken, &[("alembic upgrade b2f0", "alembic downgrade nosuch", FINE)]);
    hold(&[("README", "")], &[("alembic upgrade b2f0", "alembic downgrade nosuch", FINE)]);
}

#[test]
fn golang_migrate() {
    let files = [
        ("db/1_orders.up.sql", "CREATE TABLE orders (id int);"),
        ("db/1_orders.down.sql", "DROP TABLE orders;"),
        ("db/000002_note.up.sql", "ALTER TABLE orders ADD COLUMN note text;"),
        ("db/000002_note.down.sql", "BEGIN;\n-- nothing\nCOMMIT;\n"),
        ("db/3_fax.up.sql", "ALTER TABLE orders DROP COLUMN fax;"),
        ("db/4_none.up.sql", "-- a number that was skipped"),
        ("db/4_none.down.sql", ""),
    ];
    hold(
        &files,
        &[
            ("migrate -path db -database \"$DATABASE_URL\" goto 1", "migrate -path db -database \"$DATABASE_URL\" down -all", FINE),
            ("migrate -path=./db -database \"$DATABASE_URL\" goto 2", "migrate -path db -database \"$DATABASE_URL\" goto 1", EMPTY),
            (
                "migrate -source file://db -database \"$DATABASE_URL\" up",
                "migrate -source file://db -database \"$DATABASE_URL\" goto 3",
                FINE,
            ),
            ("migrate -path db -database \"$DATABASE_URL\" goto 3", "migrate -path db -database \"$DATABASE_URL\" goto 2", BOTH),
            ("migrate -path db -database \"$DATABASE_URL\" goto 2", "migrate -path db -database \"$DATABASE_URL\" goto 9", UNKNOWN),
            ("migrate -path db -database \"$DATABASE_URL\" goto 1", "migrate -path db -database \"$DATABASE_URL\" goto 2", WRONG),
            (
                "migrate -path db -database \"$DATABASE_URL\" goto 3",
                "psql \"$DATABASE_URL\" -c 'ALTER TABLE orders ADD COLUMN fax text'",
                LOSES,
            ),
            ("migrate -path other -database \"$DATABASE_URL\" goto 8", "migrate -path other -database \"$DATABASE_URL\" goto 9", FINE),
        ],
    );
}

#[test]
fn flyway() {
    let files = [
        ("conf/flyway.conf", "flyway.locations=filesystem:sql/migrations\n"),
        ("sql/migrations/V1__orders.sql", "CREATE TABLE orders (id int);"),
        ("sql/migrations/V2__note.sql", "ALTER TABLE orders ADD COLUMN note text;"),
        ("sql/migrations/U2__note.sql", "ALTER TABLE orders DROP COLUMN note;"),
        ("sql/migrations/more/V10_1__fax.sql", "ALTER TABLE orders DROP COLUMN fax;"),
        ("sql/migrations/R__views.sql", "CREATE OR REPLACE VIEW v AS SELECT 1;"),
    ];
    hold(
        &files,
        &[
            ("flyway -target=2 migrate", "flyway -target=2 undo", FINE),
            ("flyway migrate -target=10.1", "flyway undo -target=10.1", BOTH),
            ("flyway migrate", "flyway undo -target=2", BOTH),
            ("flyway migrate -target=3", "flyway undo -target=2", UNKNOWN),
            ("flyway migrate", "psql \"$DATABASE_URL\" -c 'ALTER TABLE orders ADD COLUMN fax text'", LOSES),
            ("flyway -locations=filesystem:elsewhere -target=7 migrate", "flyway -locations=filesystem:elsewhere -target=7 undo", FINE),
        ],
    );
}

#[test]
fn prisma() {
    let files = [
        ("web/prisma/schema.prisma", "datasource db { provider = \"postgresql\" }"),
        ("web/prisma/migrations/migration_lock.toml", "provider = \"postgresql\""),
        ("web/prisma/migrations/20260101000000_orders/migration.sql", "CREATE TABLE orders (id int);"),
        ("web/prisma/migrations/20260201000000_fax/migration.sql", "ALTER TABLE \"orders\" DROP COLUMN \"fax\";"),
    ];
    let back = "psql \"$DATABASE_URL\" -c 'ALTER TABLE orders ADD COLUMN fax text'";
    hold(
        &files,
        &[
            ("cd web && npx --no-install prisma migrate deploy", back, LOSES),
            ("cd web && npx --no-install prisma migrate resolve --applied 20260201000000_fax", back, FINE),
            ("cd web && npx --no-install prisma migrate resolve --rolled-back 20260203000000_fax", back, UNKNOWN),
            ("npx --no-install prisma migrate deploy --schema web/prisma/schema.prisma", back, LOSES),
        ],
    );
}

#[test]
fn sqitch() {
    let files = [
        ("sqitch.conf", "[core]\n\tengine = pg\n\ttop_dir = db\n"),
        (
            "db/sqitch.plan",
            "%syntax-version=1.0.0\n%project=shop\n\norders 2026-01-01T00:00:00Z Ann <a@example.org> # Orders\nnote [orders] 2026-02-01T00:00:00Z Ann <a@example.org> # Note\n@v1 2026-02-02T00:00:00Z Ann <a@example.org> # First\nfax 2026-03-01T00:00:00Z Ann <a@example.org> # Fax\n",
        ),
        ("db/deploy/orders.sql", "BEGIN;\nCREATE TABLE orders (id int);\nCOMMIT;"),
        ("db/revert/orders.sql", "BEGIN;\nDROP TABLE orders;\nCOMMIT;"),
        ("db/deploy/note.sql", "ALTER TABLE orders ADD COLUMN note text;"),
        ("db/revert/note.sql", "-- Revert shop:note from pg\n\nBEGIN;\n\n-- XXX Add DDLs here.\n\nCOMMIT;"),
        ("db/deploy/fax.sql", "ALTER TABLE orders DROP COLUMN fax;"),
        ("db/revert/fax.sql", "ALTER TABLE orders ADD COLUMN fax text;"),
    ];
    hold(
        &files,
        &[
            ("sqitch deploy --to-change orders db:pg:shop", "sqitch revert -y db:pg:shop", FINE),
            ("sqitch deploy --to note", "sqitch revert --to orders -y", EMPTY),
            ("sqitch deploy", "sqitch revert --to @v1 -y", LOSES),
            ("sqitch deploy --to @v1", "sqitch revert -y --to @v2", UNKNOWN),
            ("sqitch deploy --to note", "sqitch revert -y --to fax", WRONG),
            ("sqitch deploy", "sqitch revert -y --to @HEAD^", LOSES),
        ],
    );
}

#[test]
fn rails() {
    let files = [
        (
            "db/migrate/20260101000000_create_orders.rb",
            "class CreateOrders < ActiveRecord::Migration[7.1]\n  def change\n    create_table :orders do |t|\n      t.string :fax\n    end\n  end\nend\n",
        ),
        (
            "db/migrate/20260201000000_add_note.rb",
            "class AddNote < ActiveRecord::Migration[7.1]\n  def change\n    add_column :orders, :note, :text\n  end\nend\n",
        ),
        (
            "db/migrate/20260301000000_drop_fax.rb",
            "class DropFax < ActiveRecord::Migration[7.1]\n  def change\n    remove_column :orders, :fax\n  end\nend\n",
        ),
        (
            "db/migrate/20260401000000_drop_note.rb",
            "class DropNote < ActiveRecord::Migration[7.1]\n  def up\n    remove_column :orders, :note\n  end\n\n  def down\n    raise ActiveRecord::IrreversibleMigration\n  end\nend\n",
        ),
        (
            "db/migrate/20260501000000_typed.rb",
            "class Typed < ActiveRecord::Migration[7.1]\n  def change\n    remove_column :orders, :total, :integer\n  end\nend\n",
        ),
    ];
    hold(
        &files,
        &[
            ("bin/rails db:migrate VERSION=20260201000000", "bin/rails db:migrate VERSION=20260101000000", FINE),
            ("VERSION=20260201000000 bundle exec rails db:migrate", "bundle exec rails db:migrate:down VERSION=20260201000000", FINE),
            ("bin/rails db:migrate:up VERSION=20260301000000", "bin/rails db:migrate:down VERSION=20260301000000", BOTH),
            ("bin/rails db:migrate VERSION=20260401000000", "bin/rails db:migrate VERSION=20260301000000", BOTH),
            ("bin/rails db:migrate VERSION=20260201000000", "bin/rails db:migrate VERSION=20260101000001", UNKNOWN),
            ("bin/rails db:migrate VERSION=20260201000000", "bin/rails db:migrate VERSION=20260301000000", WRONG),
            ("bin/rails db:migrate:up VERSION=20260501000000", "bin/rails db:migrate:down VERSION=20260501000000", LOSES),
        ],
    );
}

#[test]
fn django() {
    let head = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n\n";
    let migration = |before: &str, operations: &str| {
        let dependencies =
            if before.is_empty() { "[]".to_owned() } else { format!("[(\"shop\", \"{before}\"), (\"auth\", \"0001_initial\")]") };
        format!("{head}    dependencies = {dependencies}\n\n    operations = [\n        {operations},\n    ]\n")
    };
    let texts = [
        ("src/manage.py", String::new()),
        ("src/shop/migrations/__init__.py", String::new()),
        (
            "src/shop/migrations/0001_initial.py",
            migration("", "migrations.CreateModel(name='Order', fields=[('id', models.AutoField(primary_key=True))])"),
        ),
        ("src/shop/migrations/0002_fax.py", migration("0001_initial", "migrations.RemoveField(model_name='order', name='fax')")),
        ("src/shop/migrations/0003_fill.py", migration("0002_fax", "migrations.RunPython(fill)")),
        ("src/shop/migrations/0004_noop.py", migration("0003_fill", "migrations.RunPython(fill, migrations.RunPython.noop)")),
        ("src/shop/migrations/0005_sql.py", migration("0004_noop", "migrations.RunSQL(\"UPDATE shop_order SET x = 1\")")),
    ];
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    hold(
        &files,
        &[
            ("python manage.py migrate shop 0004", "python manage.py migrate shop 0003", FINE),
            ("python src/manage.py migrate shop 0002_fax", "python src/manage.py migrate shop 0001", LOSES),
            ("./manage.py migrate shop 0003", "./manage.py migrate shop 0002", EMPTY),
            ("python3 manage.py migrate shop 0005", "python3 manage.py migrate shop 0004", EMPTY),
            ("python manage.py migrate shop 0004", "python manage.py migrate shop 0008", UNKNOWN),
            ("python manage.py migrate shop 0004", "python manage.py migrate shop 0005", WRONG),
            ("python manage.py migrate other 0004", "python manage.py migrate other 0008", FINE),
        ],
    );
}

#[test]
fn what_a_migration_destroys_is_told_with_its_file() {
    let (sources, findings) = found(&plan("alembic upgrade c3f0", "psql \"$DATABASE_URL\" -f /srv/back.sql"), &around(ALEMBIC));
    let shown = human::render(&[Checked { sources: &sources, findings: &findings }], Look::default());
    insta::assert_snapshot!("rules_migrations_destroy", shown);
}
