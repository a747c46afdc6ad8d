import { z } from 'zod';

// The pages' policy forbids code made from strings. zod would only try it and go on without, but every try is a breach that
// browsers report. Import this before anything that declares a schema.
z.config({ jitless: true });
