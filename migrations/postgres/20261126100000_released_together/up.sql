-- Released answers that are read together stand together (db/released.rs): their keys begin with department and month.
-- That serves whoever reads them by both, as an index did to which every answer added a page.
DROP INDEX anonymous_response_month;
UPDATE exclusion
SET response = lpad(to_hex(department_id), 12, '0')
  || lpad(to_hex((substr(month, 1, 4)::integer * 12 + substr(month, 6, 2)::integer - 1) % 65536), 4, '0')
  || substr(response, 1, 16)
WHERE length(response) = 32;
UPDATE anonymous_response
SET id = decode(
    lpad(to_hex(department_id), 12, '0')
    || lpad(to_hex((substr(month, 1, 4)::integer * 12 + substr(month, 6, 2)::integer - 1) % 65536), 4, '0'),
    'hex'
  ) || substr(id, 1, 8);
