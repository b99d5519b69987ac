"""The tables, their migrations and the transactions on both databases."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, select

from catalog import models
from catalog.models.db import DatabaseUnusable, engine_for, migrate, reading, unit_of_work
from catalog.rules.terms import Role

NOW = datetime(2025, 3, 1, 1, 0, tzinfo=UTC)


def _heartbeat(n_looked: int = 0) -> models.Heartbeat:
    return models.Heartbeat(at=NOW, n_looked=n_looked)


def test_the_migrations_and_the_models_never_differ(engine: Engine) -> None:
    ours = {*SQLModel.metadata.tables}

    def is_ours(_object: object, name: str | None, kind: str, _found: bool, _other: object) -> bool:
        return kind != "table" or name in ours

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_ours}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        session.add(_heartbeat())
    migrate(engine)
    with reading(engine) as session:
        assert len(session.exec(select(models.Heartbeat)).all()) == 1


def test_an_instant_comes_back_aware_and_in_utc(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        session.add(_heartbeat())
    with reading(engine) as session:
        found = session.exec(select(models.Heartbeat)).one().at
    assert found == NOW
    assert found.utcoffset() is not None


def test_a_vocabulary_is_stored_by_its_codes(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        person = models.Person(name="Sari", email="sari@sukamaju.example", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(models.Assignment(person_id=person.id, role=Role.KEPALA_BIDANG))
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT role FROM assignment")).scalar_one()
    assert stored == "kepala_bidang"
    with reading(engine) as session:
        assert session.exec(select(models.Assignment)).one().role is Role.KEPALA_BIDANG


def test_a_failed_unit_of_work_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(engine) as session:
        session.add(_heartbeat())
        session.flush()
        _ = 1 / 0
    with reading(engine) as session:
        assert session.exec(select(models.Heartbeat)).all() == []


def test_no_update_is_lost_between_writers(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        session.add(_heartbeat())

    def add_one_many_times() -> None:
        for _ in range(25):
            with unit_of_work(engine) as session:
                query = select(models.Heartbeat).with_for_update()
                session.exec(query).one().n_looked += 1

    threads = [threading.Thread(target=add_one_many_times) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        assert session.exec(select(models.Heartbeat)).one().n_looked == 100


def test_a_read_only_engine_refuses_every_write(database_url: str) -> None:
    engine = engine_for(database_url, read_only=True)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("DELETE FROM heartbeat"))
    engine.dispose()


def test_an_address_of_another_database_is_refused_by_name() -> None:
    with pytest.raises(DatabaseUnusable, match="mysql"):
        engine_for("mysql://localhost/mutakhir")
    with pytest.raises(DatabaseUnusable, match="no database address"):
        engine_for("mutakhir.db")


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are notes, and no database at all " * 40)
    engine = engine_for(f"sqlite:///{tmp_path}/notes.db")
    with pytest.raises(DatabaseUnusable, match="not a database"):
        migrate(engine)
    engine.dispose()
