import type { Migration } from '../migrate.ts'

/**
 * What takes a job back, one row a job. What older jobs left in their results is taken over, and what was undone
 * since is marked, as its facts tell.
 */
export const undo: Migration = {
  version: 4,
  sql: `
    CREATE TABLE undos (
      job_id     INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
      image_id   INTEGER NOT NULL REFERENCES images (id),
      state      TEXT    NOT NULL CHECK (state IN ('pending', 'possible', 'undone', 'gone')),
      record     TEXT    NOT NULL,
      kept_bytes INTEGER NOT NULL DEFAULT 0,
      made_at    INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX undos_by_image ON undos (image_id);
    CREATE INDEX undos_possible ON undos (made_at) WHERE state = 'possible';

    INSERT INTO undos (job_id, image_id, state, record, made_at)
      SELECT id, image_id, 'possible',
        json_object('kind', 'change', 'change', json(json_extract(result, '$.undo'))), ended_at
      FROM jobs WHERE state = 'succeeded' AND json_type(result, '$.undo') = 'object';

    INSERT INTO undos (job_id, image_id, state, record, made_at)
      SELECT jobs.id, image_id, 'possible',
        json_object('kind', 'repair', 'safetyCopy', json_extract(fact.value, '$.text')), ended_at
      FROM jobs, json_each(jobs.result, '$.facts') AS fact
      WHERE kind = 'repair' AND state = 'succeeded'
        AND json_extract(fact.value, '$.label') = 'Safety copy'
      GROUP BY jobs.id;

    UPDATE undos SET state = 'undone' WHERE job_id IN (
      SELECT CAST(json_extract(fact.value, '$.text') AS INTEGER)
      FROM jobs, json_each(jobs.result, '$.facts') AS fact
      WHERE kind = 'undo' AND state = 'succeeded' AND json_extract(fact.value, '$.label') = 'Undone');
  `,
}
