-- The hub's tables spread over the nodes of a Citus cluster. Run once, by psql, on the coordinator, in the database that
-- `kopilka-hub migrate` has just made; the hub itself then runs as on one server, with the same statements.
--
-- Tables of one group lie together: all of a member on one node, all of a till on one node.

-- A statement over several shards takes them one after another: two pushes cannot wait for each other in a circle of nodes.
ALTER DATABASE :"DBNAME" SET citus.multi_shard_modify_mode = 'sequential';
-- A commit over several nodes that was broken off is ended within seconds: until then its rows stay locked.
ALTER SYSTEM SET citus.recover_2pc_interval = '5s';
SELECT pg_reload_conf();

-- 8 to 16: a push touches most of them, and each costs a connection.
SET citus.shard_count = 16;

SELECT create_distributed_table('member', 'member', colocate_with => 'none');
SELECT create_distributed_table('card', 'member', colocate_with => 'member');
SELECT create_distributed_table('late_spend', 'member', colocate_with => 'member');
SELECT create_distributed_table('alias', 'member', colocate_with => 'member');
SELECT create_distributed_table('merge_due', 'member', colocate_with => 'member');
SELECT create_distributed_table('family', 'member', colocate_with => 'member');
SELECT create_distributed_table('pot_move', 'member', colocate_with => 'member');
SELECT create_distributed_table('account', 'member', colocate_with => 'member');
SELECT create_distributed_table('lot', 'member', colocate_with => 'member');
SELECT create_distributed_table('lease', 'member', colocate_with => 'member');
SELECT create_distributed_table('entry', 'member', colocate_with => 'member');
SELECT create_distributed_table('event', 'member', colocate_with => 'member');
SELECT create_distributed_table('correction_due', 'member', colocate_with => 'member');
SELECT create_distributed_table('correction', 'member', colocate_with => 'member');
SELECT create_distributed_table('checkpoint', 'member', colocate_with => 'member');

SELECT create_distributed_table('till', 'till', colocate_with => 'none');
SELECT create_distributed_table('watermark', 'till', colocate_with => 'till');
SELECT create_distributed_table('record', 'till', colocate_with => 'till');
SELECT create_distributed_table('quarantine', 'till', colocate_with => 'till');
SELECT create_distributed_table('flag', 'till', colocate_with => 'till');
SELECT create_distributed_table('review', 'till', colocate_with => 'till');
SELECT create_distributed_table('till_hour', 'till', colocate_with => 'till');
SELECT create_distributed_table('awaited', 'till', colocate_with => 'till');

SELECT create_distributed_table('sale', 'hash', colocate_with => 'none');

SELECT create_distributed_table('feed_head', 'part', colocate_with => 'none');
SELECT create_distributed_table('feed', 'part', colocate_with => 'feed_head');
SELECT create_distributed_table('pending', 'part', colocate_with => 'feed_head');

-- Rarely written, read by everybody.
SELECT create_reference_table('meta');
SELECT create_reference_table('programme');
SELECT create_reference_table('audit');
SELECT create_reference_table('begun');
