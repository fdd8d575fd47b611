-- Exactly 1000.00 is Silver still.
SELECT
  customer_id,
  sum(total) AS lifetime_order_value,
  CASE WHEN sum(total) > 1000 THEN 'Gold' ELSE 'Silver' END AS loyalty_tier
FROM orders
WHERE status = 'completed'
GROUP BY customer_id
