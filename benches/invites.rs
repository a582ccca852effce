//! What an operation costs in a hundred invites and in a million. The figures should hardly differ, but for one.

use std::hint::black_box;

use anthropic_admin_mock::{
    Cursor, Fixture, Listing, NewInvite, Organization, Role, Settings, Status, World,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const SIZES: [usize; 3] = [100, 10_000, 1_000_000];

/// A world of so many pending invites, one every ten milliseconds up to now.
fn world(size: usize) -> World {
    // A limit, so that creating has to count the pending ones.
    let mut document = String::from(r#"{"member_limit": 3000000, "invites": ["#);
    for n in 0..size {
        let comma = if n == 0 { "" } else { "," };
        let ago = (size - n) * 10;
        document +=
            &format!(r#"{comma}{{"id": "i{n}", "email": "e{n}@example.com", "invited_at": "-{ago}ms"}}"#);
    }
    document += "]}";
    World::new(Fixture::parse(&document, Settings::default()).expect("a good fixture"))
}

fn listing(cursor: Option<Cursor>) -> Listing {
    Listing { email: None, roles: Vec::new(), statuses: Vec::new(), cursor, limit: 20 }
}

fn create(organization: &Organization, email: String) {
    let new = NewInvite { email, role: Role::User, rbac_group_ids: Vec::new() };
    organization.create_invite(new).expect("a new address");
}

fn invites(criterion: &mut Criterion) {
    for size in SIZES {
        let world = world(size);
        let organization = world.organization("sk-ant-admin01-bench").expect("an admin key");
        let middle = format!("i{}", size / 2);
        let mut bench = |name: &str, run: &mut dyn FnMut()| {
            criterion.bench_function(&format!("{name}/{size}"), |bencher| bencher.iter(&mut *run));
        };
        bench("first page of 20", &mut || {
            black_box(organization.list_invites(&listing(None)).expect("a page"));
        });
        bench("page of 20 in the middle", &mut || {
            let cursor = Some(Cursor::After(middle.clone()));
            black_box(organization.list_invites(&listing(cursor)).expect("a page"));
        });
        bench("page of 20 pending users", &mut || {
            let filtered =
                Listing { roles: vec![Role::User], statuses: vec![Status::Pending], ..listing(None) };
            black_box(organization.list_invites(&filtered).expect("a page"));
        });
        // The one cost that grows: a filter that few pass has to look at every invite, without the lock.
        bench("page of 20 accepted, of which there are none", &mut || {
            let filtered = Listing { statuses: vec![Status::Accepted], ..listing(None) };
            black_box(organization.list_invites(&filtered).expect("a page"));
        });
        bench("page for one address", &mut || {
            let filtered = Listing { email: Some(format!("e{}@example.com", size / 2)), ..listing(None) };
            black_box(organization.list_invites(&filtered).expect("a page"));
        });
        bench("retrieve", &mut || {
            black_box(organization.invite(&middle).expect("the invite"));
        });
        let mut keys = 0..;
        bench("a new key's first page", &mut || {
            let key = format!("sk-ant-admin01-{}", keys.next().unwrap_or(0) % 5000);
            let organization = world.organization(&key).expect("an admin key");
            black_box(organization.list_invites(&listing(None)).expect("a page"));
        });
        let mut number = 0..;
        criterion.bench_function(&format!("create, then delete/{size}"), |bencher| {
            bencher.iter_batched(
                || format!("new{}@example.com", number.next().unwrap_or(0)),
                |email| {
                    create(&organization, email);
                    let page =
                        organization.list_invites(&Listing { limit: 1, ..listing(None) }).expect("a page");
                    organization.delete_invite(&page.invites[0].id).expect("the newest is pending");
                },
                BatchSize::SmallInput,
            );
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = invites
}
criterion_main!(benches);
