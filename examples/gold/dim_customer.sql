SELECT
  customer_id,
  name,
  CASE
    WHEN acquisition_channel IN ('organic_search', 'paid_search', 'social_media') THEN 'digital_acquisition'
    WHEN acquisition_channel IN ('partner', 'affiliate') THEN 'partner_channel'
    ELSE 'other'
  END AS acquisition_category,
  CAST(created_at AS DATE) AS created_date,
  ${loaded_at} AS _etl_loaded_at
FROM customers
