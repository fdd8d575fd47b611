SELECT
  CAST(sold_at AS DATE) AS day,
  product_id,
  product_category,
  sum(amount) AS daily_revenue,
  count(DISTINCT transaction_id) AS transaction_count,
  CAST(avg(amount) AS DECIMAL(14, 2)) AS average_order_value
FROM sales
GROUP BY CAST(sold_at AS DATE), product_id, product_category
