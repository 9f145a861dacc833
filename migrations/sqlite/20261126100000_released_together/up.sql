-- Released answers that are read together stand together (db/released.rs): their keys begin with department and month.
-- That serves whoever reads them by both, as an index did to which every answer added a page.
DROP INDEX anonymous_response_month;
UPDATE exclusion
SET response = printf('%012x%04x', department_id, (substr(month, 1, 4) * 12 + substr(month, 6, 2) - 1) % 65536) || substr(response, 1, 16)
WHERE length(response) = 32;
UPDATE anonymous_response
SET id = unhex(printf('%012x%04x', department_id, (substr(month, 1, 4) * 12 + substr(month, 6, 2) - 1) % 65536) || hex(substr(id, 1, 8)));
