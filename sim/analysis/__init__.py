"""From result tables to estimates: tables in, tables out, nothing drawn and nothing written."""
