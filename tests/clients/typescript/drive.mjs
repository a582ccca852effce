// Drives one TypeScript SDK: drive.mjs FOLDER VERSION URL..., one for each server of tests/clients/run.
import './operations.mjs';
import './lists.mjs';
import './stories.mjs';
import './invites.mjs';
import './credentials.mjs';
import './faults.mjs';
