-- wrk's request: one OFREP evaluation, or all flags where PATH_ says so.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"context":{"targetingKey":"user-17","tier":"gold","country":"NL"}}'
